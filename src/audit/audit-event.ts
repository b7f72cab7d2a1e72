import { hash } from 'node:crypto'
import { z } from 'zod'

const actorKinds = ['managementToken', 'accessToken', 'entra', 'file', 'job', 'runhook'] as const

/** Who did it. A file declares webhooks and schedules; a job uses assets; `runhook` is the runner itself. */
export type AuditActor = { kind: (typeof actorKinds)[number]; name: string }

/** What was done. No secret stands in it. */
export type AuditEntry = {
	/** Milliseconds since 1970. */
	time: number
	actor: AuditActor
	/** Where the request came from; null where none did. */
	sourceAddress: string | null
	/** In Azure's spelling, below `Microsoft.Automation/automationAccounts/`: `webhooks/write`. */
	action: string
	/** Below the account: `webhooks/deploy`. */
	resource: string
	/** What was asked for, as far as it tells what was done. */
	details: Readonly<Record<string, string | number | boolean>>
}

/** An entry as it is kept: `text` is its canonical JSON, `hash` is over the hash before it, its number and its text. */
export type AuditEvent = { sequence: number; previousHash: string; hash: string; text: string }

/** The number and hash of an entry: whoever has noted them can tell later that nothing up to there was changed, removed or cut off. */
export type AuditHead = { sequence: number; hash: string }

/** The one text that an entry has: members by name, no blanks. */
export function canonicalText(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
	if (typeof value !== 'object' || value === null) return JSON.stringify(value)
	const members = Object.entries(value)
		.filter(([, each]) => each !== undefined)
		.sort(([one], [other]) => (one < other ? -1 : 1))
	return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonicalText(each)}`).join(',')}}`
}

/** The store computes the same within its transaction. */
export function auditHash({ previousHash, sequence, text }: Omit<AuditEvent, 'hash'>): string {
	return hash('sha256', `${previousHash}\n${sequence}\n${text}`)
}

const entrySchema = z.object({
	time: z.number(),
	actor: z.object({ kind: z.enum(actorKinds), name: z.string() }),
	sourceAddress: z.string().nullable(),
	action: z.string(),
	resource: z.string(),
	details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

/** What stands in a list where the text of an entry is none that the runner wrote: one that was tampered with must not hide all others. */
const unreadable: AuditEntry = {
	...{ time: 0, actor: { kind: 'runhook', name: 'unreadable' }, sourceAddress: null },
	...{ action: 'unreadable', resource: 'unreadable', details: {} },
}

/** What an entry tells. */
export function entryOf({ text }: Pick<AuditEvent, 'text'>): AuditEntry {
	try {
		return entrySchema.parse(JSON.parse(text))
	} catch {
		return unreadable
	}
}

/** The action by which old entries are deleted: its details anchor the first entry that is left. */
export const pruneAction = 'auditEvents/delete'
