import type { AccountContent, ScheduleResource } from '../../src/cli/import/account-content.ts'
import type { FolderContent, PlanEntry } from '../../src/cli/import/import-plan.ts'
import { planImport } from '../../src/cli/import/plan-import.ts'

export const now = Date.parse('2026-11-21T12:00:00Z')
const nothing: AccountContent = { runbooks: [], webhooks: [], schedules: [], jobSchedules: [], variables: [], told: [], unread: [] }
const noFolder: FolderContent = { runbooks: [], webhooks: undefined, importedWebhooks: undefined }

export function plan(
	source: Partial<AccountContent>,
	{
		target = {},
		folder = {},
		enableSchedules = false,
	}: { target?: Partial<AccountContent>; folder?: Partial<FolderContent>; enableSchedules?: boolean } = {},
) {
	const facts = { now, enableSchedules, folder: { ...noFolder, ...folder } }
	return planImport({ ...facts, source: { ...nothing, ...source }, target: { ...nothing, ...target } })
}
export const short = ({ kind, name, action, notes }: PlanEntry) => `${action} ${kind} ${name}${notes.map((note) => ` | ${note}`).join('')}`
export const actions = (...given: Parameters<typeof plan>) => plan(...given).entries.map(short)

export const deploy = {
	name: 'Deploy',
	properties: { runbookType: 'PowerShell', parameters: { Force: { type: 'System.Boolean', isMandatory: true } } },
}
export const webhook = (given: object = {}) => ({
	name: 'on-push',
	properties: {
		runbook: { name: 'Deploy' },
		expiryTime: '2027-05-01T02:00:00+02:00',
		isEnabled: true,
		parameters: { force: 'True', WEBHOOKDATA: 'x' },
		...given,
	},
})
export const nightly = (given: object = {}): ScheduleResource => ({
	name: 'nightly',
	properties: {
		startTime: '2026-01-01T03:00:30+01:00',
		expiryTime: '9999-12-31T23:59:00+00:00',
		frequency: 'Day',
		interval: 1,
		timeZone: 'Europe/Madrid',
		advancedSchedule: { weekDays: null, monthDays: [] },
		isEnabled: true,
		...given,
	},
})
export const linkId = '6f9619ff-8b86-d011-b42d-00c04fc964ff'
export const link = (given: object = {}) => ({
	name: linkId,
	properties: {
		jobScheduleId: linkId,
		schedule: { name: 'Nightly' },
		runbook: { name: 'deploy' },
		parameters: { FORCE: 'True' },
		...given,
	},
})
