import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { AccountContent, ScheduleResource } from '../../../src/cli/import/account-content.ts'
import type { FolderContent, PlanEntry } from '../../../src/cli/import/import-plan.ts'
import { planImport } from '../../../src/cli/import/plan-import.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const nothing: AccountContent = { runbooks: [], webhooks: [], schedules: [], jobSchedules: [], variables: [], told: [], unread: [] }
const noFolder: FolderContent = { runbooks: [], webhooks: undefined, importedWebhooks: undefined }

function plan(
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
const short = ({ kind, name, action, notes }: PlanEntry) => `${action} ${kind} ${name}${notes.map((note) => ` | ${note}`).join('')}`
const actions = (...given: Parameters<typeof plan>) => plan(...given).entries.map(short)

const deploy = {
	name: 'Deploy',
	properties: { runbookType: 'PowerShell', parameters: { Force: { type: 'System.Boolean', isMandatory: true } } },
}
const webhook = (given: object = {}) => ({
	name: 'on-push',
	properties: {
		runbook: { name: 'Deploy' },
		expiryTime: '2027-05-01T02:00:00+02:00',
		isEnabled: true,
		parameters: { force: 'True', WEBHOOKDATA: 'x' },
		...given,
	},
})
const nightly = (given: object = {}): ScheduleResource => ({
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
const link = (given: object = {}) => ({
	name: 'a1',
	properties: { jobScheduleId: 'a1', schedule: { name: 'Nightly' }, runbook: { name: 'deploy' }, parameters: { FORCE: 'True' }, ...given },
})

test('webhooks become entries of webhooks.json, with values as their parameters take them', () => {
	const { entries, files } = plan({ runbooks: [deploy], webhooks: [webhook({ runOn: 'servers' })] })
	const declared = { name: 'on-push', runbook: 'Deploy', expiryTime: '2027-05-01T00:00:00.000Z', parameters: { force: true } }
	const file = files.find((one) => one.file === 'webhooks.json')
	assert.deepEqual(JSON.parse(file!.text), { webhooks: [declared] })
	const [url, runOn] = entries.find(({ kind }) => kind === 'webhook')!.notes
	assert.match(url!, /^Its URL of Azure cannot be carried over\. The runner prints a new one/)
	assert.match(runOn!, /hybrid worker group 'servers'/)
})

test('webhooks that are there, have expired or cannot be are left out', () => {
	const cases: [object, FolderContent | object, RegExp][] = [
		[{ expiryTime: '2026-11-21T12:00:00Z' }, {}, /^by hand webhook on-push \| It expired at 2026-11-21T12:00:00Z\.$/],
		[{ expiryTime: '2037-01-01T00:00:00Z' }, {}, /at most ten years ahead/],
		[{ runbook: null }, {}, /It has no runbook\.$/],
		[{}, { webhooks: ['ON-PUSH'] }, /^keep webhook on-push$/],
		[{}, { webhooks: [], importedWebhooks: ['on-push'] }, /^keep webhook on-push \| It stands in webhooks\.azure\.json/],
		[{}, { webhooks: [], importedWebhooks: ['other'] }, /^by hand webhook on-push \| webhooks\.azure\.json is there and was left alone/],
	]
	for (const [given, folder, expected] of cases) {
		const made = plan({ webhooks: [webhook(given)] }, { folder })
		assert.match(short(made.entries[0]!), expected)
		assert.deepEqual(made.files, [])
	}
	const beside = plan({ webhooks: [webhook({ isEnabled: false })] }, { folder: { webhooks: [] } })
	assert.deepEqual(
		beside.files.map(({ file }) => file),
		['webhooks.azure.json'],
	)
	assert.equal(JSON.parse(beside.files[0]!.text).webhooks[0].isEnabled, false)
	assert.match(beside.entries[0]!.notes[0]!, /^Put its entry from webhooks\.azure\.json into webhooks\.json/)
})

test('runbooks become skeletons, unless a file or the runner has them', () => {
	const typed = { name: 'typed', properties: { runbookType: 'TypeScript' } }
	const made = plan({ runbooks: [typed, deploy] })
	assert.deepEqual(
		made.files.map(({ file }) => file),
		['runbooks/Deploy.ts'],
	)
	assert.match(short(made.entries[0]!), /^create runbook Deploy \| What it does has to be written, in runbooks\/Deploy\.ts/)
	assert.match(short(made.entries[1]!), /^by hand runbook typed \| It is written in TypeScript already/)
	assert.deepEqual(actions({ runbooks: [deploy] }, { folder: { runbooks: ['deploy'] } }), ['keep runbook Deploy'])
	assert.deepEqual(actions({ runbooks: [deploy] }, { target: { runbooks: [{ name: 'DEPLOY', properties: {} }] } }), ['keep runbook Deploy'])
	assert.match(actions({ runbooks: [{ ...deploy, name: '../x' }] })[0]!, /^by hand .*No file of a runbook/)
})

test('schedules are created disabled unless told, and with what says when they are due', () => {
	const [entry] = plan({ schedules: [nightly()] }).entries
	const properties = { frequency: 'Day', interval: 1, startTime: '2026-01-01T02:00:00.000Z', timeZone: 'Europe/Madrid', isEnabled: false }
	assert.deepEqual(entry!.request, { path: '/schedules/nightly', body: { name: 'nightly', properties } })
	assert.match(entry!.notes[0]!, /^It is enabled in Azure and disabled here/)
	const enabled = plan({ schedules: [nightly()] }, { enableSchedules: true }).entries[0]!
	assert.deepEqual([enabled.notes, (enabled.request!.body as { properties: object }).properties], [[], { ...properties, isEnabled: true }])
	const monthly = nightly({
		frequency: 'Month',
		advancedSchedule: { weekDays: null, monthlyOccurrences: [{ occurrence: -1, day: 'Friday' }] },
	})
	const body = plan({ schedules: [monthly] }).entries[0]!.request!.body as { properties: ScheduleResource['properties'] }
	assert.deepEqual(body.properties.advancedSchedule, { monthlyOccurrences: [{ occurrence: -1, day: 'Friday' }] })
	assert.match(actions({ schedules: [nightly({ expiryTime: '2026-11-01T00:00:00Z' })] })[0]!, /^by hand .*It has ended/)
	assert.match(actions({ schedules: [nightly({ frequency: 'OneTime', interval: null })] })[0]!, /^by hand .*It has ended/)
	assert.match(actions({ schedules: [nightly({ origin: 'file' })] })[0]!, /^by hand .*declares it in its file/)
})

test('a cron schedule that has begun is due as in its source whenever it began, and one that has not is not', () => {
	const cron = (startTime: string, given: object = {}) =>
		nightly({ cron: '*/5 * * * *', frequency: null, interval: null, timeZone: 'UTC', startTime, ...given })
	const [began, other, ahead] = ['2026-01-01T00:00:00Z', '2026-11-20T09:30:00Z', '2026-12-01T00:00:00Z']
	const against = (there: ScheduleResource, asked = cron(began!)) => actions({ schedules: [asked] }, { target: { schedules: [there] } })[0]!
	assert.equal(against(cron(other!, { isEnabled: false })), 'keep schedule nightly')
	assert.match(against(cron(ahead!)), /due at other times/)
	assert.match(against(cron(other!, { cron: '*/6 * * * *' })), /due at other times/)
	assert.match(against(nightly({ startTime: other }), nightly()), /due at other times/)
})

test('a runbook is linked to a schedule that is due as in Azure, and to no other', () => {
	const source = { runbooks: [deploy], schedules: [nightly()], jobSchedules: [link({ runOn: 'servers' })] }
	const made = plan(source).entries.at(-1)!
	assert.match(short(made), /^create job schedule Nightly -> deploy \| It ran on the hybrid worker group 'servers'/)
	const body = { properties: { schedule: { name: 'Nightly' }, runbook: { name: 'deploy' }, parameters: { FORCE: 'true' } } }
	assert.deepEqual(made.request, { path: '/jobSchedules/a1', body })
	const asked = (target: Partial<AccountContent>, given: Partial<AccountContent> = {}) =>
		actions({ ...source, ...given }, { target }).at(-1)!
	// What this import created before: 'interval' and dates may be spelt otherwise.
	const same = nightly({
		startTime: '2026-01-01T02:00:00.000Z',
		expiryTime: null,
		interval: '1',
		missed: 'once',
		origin: 'api',
		isEnabled: false,
	})
	assert.match(asked({ schedules: [same] }), /^create /)
	assert.equal(asked({ schedules: [same], jobSchedules: [{ ...link(), name: 'b2' }] }), 'keep job schedule Nightly -> deploy')
	assert.match(asked({ schedules: [nightly({ interval: 2 })] }), /^by hand .*Its schedule is not carried over as it is/)
	assert.match(asked({}, { runbooks: [] }), /^by hand .*The runner has no such runbook: import again when it has\.$/)
})

test('variables keep their values, and secrets are told', () => {
	const variable = (name: string, properties: object) => ({ name, properties })
	const source = [
		variable('region', { value: '"west"', description: 'Where.' }),
		variable('empty', {}),
		variable('key', { isEncrypted: true }),
		variable('odd', { value: 'west' }),
	]
	const made = plan({ variables: source })
	assert.deepEqual(made.entries.map(short), [
		'create variable empty',
		'by hand variable key | It is encrypted, and Azure does not give its value: create it.',
		'by hand variable odd | Its value is no JSON: create it.',
		'create variable region',
	])
	assert.deepEqual(made.entries.at(-1)!.request!.body, {
		name: 'region',
		properties: { value: '"west"', isEncrypted: false, description: 'Where.' },
	})
	const there = [variable('REGION', { value: '"east"' }), variable('key', { isEncrypted: true }), variable('empty', { value: 'null' })]
	assert.deepEqual(actions({ variables: source.slice(0, 3) }, { target: { variables: there } }), [
		'keep variable empty',
		'keep variable key',
		'keep variable region | Its value is another one than in Azure: it was left alone.',
	])
})

test('what Runhook does not have, or Azure does not give, is told by name', () => {
	const told: AccountContent['told'] = [
		{ kind: 'credential', name: 'login' },
		{ kind: 'credential', name: 'there' },
		{ kind: 'module', name: 'Contoso' },
	]
	const target = { told: [{ kind: 'credential' as const, name: 'THERE' }] }
	assert.deepEqual(actions({ told, unread: [{ kind: 'certificate', reason: 'No.' }] }, { target }), [
		'by hand credential login | Azure does not give its password: create it.',
		'keep credential there',
		'by hand module Contoso | Runbooks use npm packages: find one for what this module did.',
		'by hand certificate * | They could not be read: No.',
	])
})

test.run()
