// What an Automation account holds, as its API has it: the members that an import looks at.

type Resource<Properties> = { name: string; properties: Properties }

/** A parameter of a runbook: for PowerShell `type` is the name of a .NET type, and `defaultValue` the text of a literal. */
export type ParameterFacts = {
	type?: string | null
	isMandatory?: boolean | null
	position?: number | null
	defaultValue?: string | null
}

export type RunbookResource = Resource<{
	runbookType?: string
	description?: string | null
	logVerbose?: boolean
	logProgress?: boolean
	parameters?: Record<string, ParameterFacts> | null
}>

/** Values by parameter name, as texts. */
export type ParameterTexts = Record<string, string>

export type WebhookResource = Resource<{
	runbook?: { name?: string | null } | null
	expiryTime: string
	isEnabled?: boolean
	parameters?: ParameterTexts | null
	runOn?: string | null
	description?: string | null
}>

/** `cron`, `missed`, `overlap` and `origin` are a runner's own. */
export type ScheduleResource = Resource<{
	startTime?: string | null
	expiryTime?: string | null
	frequency?: string | null
	interval?: number | string | null
	timeZone?: string | null
	advancedSchedule?: Record<string, unknown> | null
	description?: string | null
	isEnabled?: boolean
	cron?: string | null
	missed?: string
	overlap?: string
	origin?: string
}>

export type JobScheduleResource = Resource<{
	jobScheduleId: string
	schedule?: { name?: string | null } | null
	runbook?: { name?: string | null } | null
	parameters?: ParameterTexts | null
	runOn?: string | null
}>

export type VariableResource = Resource<{ value?: string | null; isEncrypted?: boolean; description?: string | null }>

/** What is told by its name alone, because Azure gives no more or a runner has nothing like it. */
export type ToldKind =
	| 'credential'
	| 'certificate'
	| 'connection'
	| 'module'
	| 'Python package'
	| 'hybrid worker group'
	| 'source control'
	| 'watcher'

/** What an account holds, in the words of a report. */
export type EntryKind = 'runbook' | 'webhook' | 'schedule' | 'job schedule' | 'variable' | ToldKind

export type AccountContent = {
	runbooks: RunbookResource[]
	webhooks: WebhookResource[]
	schedules: ScheduleResource[]
	jobSchedules: JobScheduleResource[]
	variables: VariableResource[]
	told: { kind: ToldKind; name: string }[]
	/** What could not be read, and why; without a name it is the list of a kind. */
	unread: { kind: EntryKind; name?: string; reason: string }[]
}
