import type { Condition } from './condition.ts'
import type { JsonObject } from './json-member.ts'
import type { Severity } from './severity.ts'

/** What a message says, whoever sent it. What it does not say is null or empty. */
export type AlertFacts = {
	/** What the sender calls this sort of message: monitoring service, category, event type, version. */
	subkind: string | null
	/** Ids of the resources it is about, to the letter. Azure compares ids without regard to case, and parts of them come in lower case. */
	resourceIds: string[]
	/** Ids of virtual machines it is about. They have an id's form, but check them with `parseArmId` before they reach a client. */
	vmIds: string[]
	/** Names without an id, of what may be machines: look them up before you act on them. */
	vmNames: string[]
	condition: Condition | null
	severity: Severity | null
	/** Name of the rule that fired; null when there are several. */
	rule: string | null
	/** All rules it tells of, each once. */
	rules: string[]
	/** When it fired, or when the event happened: ISO, UTC. */
	firedAt: string | null
	/** When it was resolved: ISO, UTC. */
	resolvedAt: string | null
	description: string | null
	/** What the owner of the rule had added to its messages; labels where those serve for it. A member of more than a hundred levels is left out. */
	properties: JsonObject
	/** The body, read as JSON, however deeply it is nested. A number above 2^53 has lost its last digits here. */
	raw: unknown
}

/** Senders whose messages have the common facts and no more. */
type PlainKind =
	| 'eventgrid'
	| 'cloudevent'
	| 'azure-common-alert'
	| 'azure-metric-alert'
	| 'azure-activity-log'
	| 'azure-log-alert'
	| 'azure-budget'
	| 'azure-autoscale'
	| 'azure-metric-classic'
	| 'azure-devops'
	| 'grafana'
	| 'alertmanager'
	| 'grafana-legacy'
	| 'vm-list'
	| 'capture-request'
	| 'unknown'

type PlainAlert<Kind> = Kind extends PlainKind ? { kind: Kind } & AlertFacts : never

/** Event Grid asks whether the address wants its events; whoever sends the code back says yes. */
type EventGridValidation = { kind: 'eventgrid-validation'; validationCode: string | null } & AlertFacts

/** An event of GitHub; `subkind` is its action, such as `completed`. */
type GithubEvent = {
	kind: `github-${string}`
	/** How the run or check ended, such as `failure`. */
	conclusion: string | null
} & AlertFacts

/** A message that a webhook received; `kind` tells who sent it. */
export type Alert = PlainAlert<PlainKind> | EventGridValidation | GithubEvent

/** Who sent a message, and of which sort it is. */
export type AlertKind = Alert['kind']

/** What the reader of one kind found. What it leaves out is null or empty. */
export type Reading = {
	subkind?: string | null
	resourceIds?: string[]
	/** Whatever may be the id of a machine, beside resourceIds. */
	machineIds?: unknown[]
	/** Whatever may be the name of a machine. */
	machineNames?: unknown[]
	/** Names of affected resources of any type. */
	configurationItems?: unknown[]
	condition?: Condition | null
	severity?: Severity | null
	rules?: (string | null)[]
	firedAt?: string | null
	resolvedAt?: string | null
	description?: string | null
	properties?: JsonObject
}

/** A message as it came: its body read as JSON, and its headers. */
export type Message = { body: unknown; headers: Record<string, string> }
