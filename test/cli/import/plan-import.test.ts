import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { AccountContent, ScheduleResource } from '../../../src/cli/import/account-content.ts'
import type { FolderContent } from '../../../src/cli/import/import-plan.ts'
import { parseWebhooksFile } from '../../../src/webhooks/webhooks-file.ts'
import { actions, deploy, link, linkId, nightly, now, plan, short, webhook } from '../../support/import-plan.ts'

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
		[{ expiryTime: 'rubbish' }, {}, /^by hand webhook on-push \| Its expiryTime 'rubbish' is no time\.$/],
		[{ runbook: { name: 'De ploy' } }, {}, /^by hand webhook on-push \| Its runbook 'De ploy' cannot have this name here\.$/],
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

test('whatever webhooks Azure has, the runner starts with the file that is written', () => {
	const named = (name: string, given: object = {}) => ({ ...webhook(given), name })
	const long = 'x'.repeat(600)
	const made = plan({
		webhooks: [
			...['on-push', 'ON-PUSH', 'a/b', 'y'.repeat(129), 'line\nbreak'].map((name) => named(name)),
			...['1st', 'a.b', 'x'.repeat(64)].map((name, at) => named(`of runbook ${at}`, { runbook: { name } })),
			named('described', { description: long }),
		],
	})
	const read = parseWebhooksFile(made.files[0]!.text, now)
	assert.equal(read.kind, 'read', JSON.stringify(read))
	const entries = read.kind === 'read' ? read.entries : []
	assert.deepEqual(entries.map(({ name, description }) => [name, description]).sort(), [
		['described', long.slice(0, 512)],
		['on-push', null],
	])
	const repeated = made.entries.find(({ name }) => name === 'ON-PUSH')!
	assert.match(short(repeated), /^by hand .*Another one has the same name but for case/)
	assert.equal(made.entries.length, 9)
})

test('what the runner would refuse is told in the dry run already', () => {
	const table: [Partial<AccountContent>, RegExp][] = [
		[{ variables: [{ name: 'v é/', properties: { value: '1' } }] }, /No variable can have this name here\.$/],
		[{ schedules: [{ ...nightly(), name: 'sp ace/x' }] }, /No schedule can have this name here\.$/],
		[{ schedules: [nightly({ timeZone: 'Mars/Base' })] }, /Its time zone 'Mars\/Base' is not known\.$/],
		[{ schedules: [nightly({ startTime: 'rubbish' })] }, /Its startTime 'rubbish' is no time\.$/],
		[{ schedules: [nightly({ expiryTime: 'rubbish' })] }, /Its expiryTime 'rubbish' is no time\.$/],
		[{ unread: [{ kind: 'runbook', name: '..', reason: 'Odd.' }] }, /^by hand runbook \.\. \| It could not be read: Odd\.$/],
	]
	for (const [source, expected] of table) {
		const [entry] = actions(source)
		assert.match(entry!, /^by hand /)
		assert.match(entry!, expected)
	}
	for (const timeZone of ['Europe/Madrid', 'W. Europe Standard Time', 'UTC'])
		assert.match(actions({ schedules: [nightly({ timeZone })] })[0]!, /^create /)
	assert.match(actions({ variables: [{ name: 'v é', properties: {} }] })[0]!, /^create /)
	// One that the runner has and nobody can read is no reason to stop.
	assert.match(actions({ schedules: [nightly()] }, { target: { schedules: [nightly({ startTime: 'rubbish' })] } })[0]!, /^keep /)
	const described = plan({ schedules: [nightly({ description: 'x'.repeat(600) })] }).entries[0]!.request!.body as ScheduleResource
	assert.equal(described.properties.description!.length, 512)
	const twice = actions({ runbooks: [deploy, { ...deploy, name: 'DEPLOY' }] })
	assert.deepEqual(twice.map((line) => line.split(' ', 1)[0]).sort(), ['by', 'create'])
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
	assert.deepEqual(made.request, { path: `/jobSchedules/${linkId}`, body })
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
	const other = { schedule: { name: 'weekly' }, runbook: { name: 'report' } }
	assert.match(asked({ schedules: [same], jobSchedules: [link({ ...other, jobScheduleId: linkId.toUpperCase() })] }), /^keep /)
	assert.match(asked({ schedules: [same], jobSchedules: [link({ ...other, jobScheduleId: linkId.replace('6', '7') })] }), /^create /)
	assert.match(asked({}, { jobSchedules: [link({ jobScheduleId: 'a1' })] }), /^by hand .*Its jobScheduleId is no GUID\.$/)
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
