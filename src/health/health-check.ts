import type { HealthPart } from '../settings-file.ts'

/** What a look at a part showed. A warning is for people: the part does what it should. */
export type Finding = {
	status: 'up' | 'warning' | 'down'
	/** What is wrong, in one sentence; null where nothing is. */
	message: string | null
	/** What was measured. */
	facts?: Record<string, string | number | null | readonly object[]>
}

/** How one part is looked at. `look` may throw: then the part is down. */
export type HealthCheck = {
	part: HealthPart
	/** Between two looks, milliseconds. */
	interval: number
	/** A look that takes longer counts as failed, milliseconds. */
	timeMax: number
	look(): Promise<Finding> | Finding
}

export function up(facts?: Finding['facts']): Finding {
	return { status: 'up', message: null, ...(facts ? { facts } : {}) }
}

export function warning(message: string, facts?: Finding['facts']): Finding {
	return { status: 'warning', message, ...(facts ? { facts } : {}) }
}

export function down(message: string, facts?: Finding['facts']): Finding {
	return { status: 'down', message, ...(facts ? { facts } : {}) }
}
