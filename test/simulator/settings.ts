import type { OperationLength } from './long-running-operation.ts'
import type { CaptureLength } from './packet-capture.ts'

/** How the simulated Azure behaves as a whole. */
export type Settings = {
	/** Without waiting by the clock unless told: an operation is seen running once and then ended. */
	operationLength: OperationLength
	/** Without waiting by the clock unless told: a capture is seen not started, running, and then stopped. */
	captureLength: CaptureLength
	/** How many captures a subscription may have in one region. */
	captureCountMax: number
	/** How many items a page of a list holds. */
	pageSize: number
	/** The secret by the id of each client that needs the right one to sign in; any other client may come with any. */
	clientSecrets: Record<string, string>
}

export const defaultSettings: Settings = {
	operationLength: { polls: 1 },
	captureLength: { polls: 1 },
	captureCountMax: 10_000,
	pageSize: 4,
	clientSecrets: {},
}

const allowed: Record<keyof Settings, { is: (value: unknown) => boolean; words: string }> = {
	operationLength: { is: (value) => isLength(value, 'seconds'), words: '{"seconds": number} or {"polls": number}' },
	captureLength: { is: (value) => isLength(value, 'timeScale'), words: '{"timeScale": number} or {"polls": number}' },
	captureCountMax: { is: isCount, words: 'a number from 0 on' },
	pageSize: { is: (value) => isCount(value) && value !== 0, words: 'a number from 1 on' },
	clientSecrets: { is: areTexts, words: '{"<client id>": "<secret>"}' },
}

/** Checks settings that came as JSON; the problem is a sentence that names the setting. */
export function readSettings(value: object): { settings: Partial<Settings> } | { problem: string } {
	for (const [name, given] of Object.entries(value)) {
		if (!Object.hasOwn(allowed, name)) return { problem: `There is no setting ${name}, only ${Object.keys(allowed).join(', ')}.` }
		const { is, words } = allowed[name as keyof Settings]
		if (!is(given)) return { problem: `${name} must be ${words}.` }
	}
	return { settings: value }
}

function isLength(value: unknown, byClock: string): boolean {
	if (typeof value !== 'object' || value === null) return false
	const [[name, length] = [], ...others] = Object.entries(value)
	return others.length === 0 && (name === byClock || name === 'polls') && typeof length === 'number' && length >= 0
}

function isCount(value: unknown): boolean {
	return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function areTexts(value: unknown): boolean {
	return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
