// What to do about the captures that a Network Watcher holds already. Pure.

/** A capture as a list shows it. */
export type ExistingCapture = { name: string; provisioningState: string }

export type OnConflict = 'replace' | 'fail' | 'suffix'

export type ConflictPlan =
	/** `others` are the captures that will stand beside the new one. */
	{ others: ExistingCapture[] } & (
		| { kind: 'create'; captureName: string }
		/** `old` has its name as Azure stored it. */
		| { kind: 'replace'; captureName: string; old: ExistingCapture }
		| { kind: 'taken'; old: ExistingCapture }
	)

const nameLengthMax = 80

/** Decides by the captures there are, and the instant for a name of its own. Azure does not tell names apart by case. */
export function planConflict(
	captureName: string,
	{ existing, onConflict, now }: { existing: ExistingCapture[]; onConflict: OnConflict; now: Date },
): ConflictPlan {
	const old = existing.find(({ name }) => same(name, captureName))
	if (!old) return { kind: 'create', captureName, others: existing }
	if (onConflict === 'suffix') return { kind: 'create', captureName: withInstant(captureName, existing, now), others: existing }
	const others = existing.filter((each) => each !== old)
	return onConflict === 'replace' ? { kind: 'replace', captureName, old, others } : { kind: 'taken', old, others }
}

/** `<name>-<yyyyMMddHHmmss>`, UTC; a second later where somebody was as quick. */
function withInstant(captureName: string, existing: ExistingCapture[], now: Date): string {
	for (let time = now.getTime(); ; time += 1000) {
		const digits = new Date(time).toISOString().replace(/\D/g, '').slice(0, 14)
		const suffixed = `${captureName.slice(0, nameLengthMax - 1 - digits.length)}-${digits}`
		if (!existing.some(({ name }) => same(name, suffixed))) return suffixed
	}
}

/** The name of an alert's capture; `count` tells machines of one name apart. */
export function alertCaptureName(prefix: string, machineName: string, count: number): string {
	const suffix = count > 1 ? `-${count}` : ''
	const name = `${prefix}-${machineName}`.slice(0, nameLengthMax - suffix.length)
	return `${suffix ? name : name.replace(/[^A-Za-z0-9_]+$/, '')}${suffix}`
}

/** Whether a capture was made by a webhook like this one, as far as names tell: for an alert, or with the instant as suffix. */
export function isOurs({ name }: ExistingCapture, { captureName, prefix }: { captureName: string; prefix: string }): boolean {
	if (same(name, captureName) || name.toLowerCase().startsWith(`${prefix.toLowerCase()}-`)) return true
	return name.toLowerCase().startsWith(`${captureName.toLowerCase()}-`) && /-\d{14}$/.test(name)
}

function same(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}
