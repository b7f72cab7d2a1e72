// What to do about the captures that a Network Watcher holds already. Pure.

/** A capture as a list shows it. */
export type ExistingCapture = { name: string; provisioningState: string; timeLimitSeconds: number }

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

/**
 * Whether a capture was made by a webhook like this one, as far as names tell: for an alert, or with the instant as suffix.
 * `prefix` is that of the captures for alerts; undefined for a request, whose sender has nothing to do with them.
 */
export function isOurs({ name }: ExistingCapture, { captureName, prefix }: { captureName: string; prefix: string | undefined }): boolean {
	if (same(name, captureName) || (prefix !== undefined && name.toLowerCase().startsWith(`${prefix.toLowerCase()}-`))) return true
	return name.toLowerCase().startsWith(`${captureName.toLowerCase()}-`) && /-\d{14}$/.test(name)
}

/** What a job may need beyond its interval to see the end of its capture, where Azure is busy or does not answer. Seconds. */
const lookMargin = 60

/**
 * Whether a capture that has ended did so that long ago that the job which follows it has seen it. Azure does not tell when one ended,
 * only when it began: so this is certain once its time limit is over, and never where the beginning is not known.
 */
export function isLongOver(
	{ captureStartTime }: { captureStartTime?: Date | undefined },
	{ timeLimitSeconds, pollSeconds, now }: { timeLimitSeconds: number; pollSeconds: number; now: Date },
): boolean {
	if (!captureStartTime) return false
	return captureStartTime.getTime() + (timeLimitSeconds + pollSeconds + lookMargin) * 1000 < now.getTime()
}

function same(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}
