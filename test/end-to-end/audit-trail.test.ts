import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { auditHash } from '../../src/audit/audit-event.ts'
import { account, automationClient, group, json, putRunbook } from '../support/automation-client.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

type Event = {
	properties: {
		sequence: number
		previousHash: string
		hash: string
		text: string
		caller: { kind: string; name: string }
		sourceAddress: string | null
		action: string
		resource: string
		details: Record<string, unknown>
	}
}
type Check = { isIntact: boolean; count: number; head: { sequence: number; hash: string }; faults: string[] }

const events = async (runner: Runner, query = '') =>
	(await json<{ value: Event[] }>(runner.manage(`${accountPath}/auditEvents${query}`))).value.map(({ properties }) => properties)
const verify = (runner: Runner, query = '') => json<Check>(runner.manage(`${accountPath}/auditEvents/verify${query}`))
/** Who did what with what, the earliest first. */
const told = async (runner: Runner, query?: string) =>
	(await events(runner, query)).reverse().map(({ caller, action, resource }) => `${caller.name}: ${action} ${resource}`)

const inADay = () => new Date(Date.now() + 86_400_000)

test('the audit trail tells who did what, from where, and holds no secret', async () => {
	const uses = runbookText(
		"await variable('api-key'); await variable('api-key'); await variable('region'); await credential('login'); await setVariable('region', 2)",
		{ declares: "schedule: { cron: '0 7 * * *' }," },
	)
	await using runner = await startRunner({ runbooks: { uses }, webhooks: [{ name: 'of-the-file', runbook: 'uses' }] })
	const client = automationClient(runner)
	const names = [group, account] as const
	const { webhook, variable, credential, schedule, jobSchedule, job, runbook } = client
	await variable.createOrUpdate(...names, 'api-key', { name: 'api-key', value: '"correct horse"', isEncrypted: true })
	await variable.createOrUpdate(...names, 'region', { name: 'region', value: '1' })
	await credential.createOrUpdate(...names, 'login', { name: 'login', userName: 'ada', password: 'battery staple' })
	const created = await webhook.createOrUpdate(...names, 'own', { name: 'own', runbook: { name: 'uses' }, expiryTime: inADay() })
	await webhook.update(...names, 'own', { name: 'own', isEnabled: false })
	await webhook.update(...names, 'own', { name: 'own', isEnabled: true })
	const body = JSON.stringify({ properties: { expiryTime: inADay().toISOString() } })
	assert.equal((await runner.manage(`${accountPath}/webhooks/own/replace`, { method: 'POST', body })).status, 200)
	await webhook.deleteMethod(...names, 'own')
	await schedule.createOrUpdate(...names, 'daily', { name: 'daily', startTime: inADay(), frequency: 'Day', interval: 1 })
	const link = '11111111-1111-1111-1111-111111111111'
	await jobSchedule.create(...names, link, { schedule: { name: 'daily' }, runbook: { name: 'uses' } })
	await jobSchedule.deleteMethod(...names, link)
	await schedule.deleteMethod(...names, 'daily')
	await putRunbook(client, 'new', {})
	await runbook.deleteMethod(...names, 'new')
	await job.create(...names, 'mine', { runbook: { name: 'uses' } })
	const { jobId } = (await runner.untilJob('mine', 'Completed')).properties
	await runner.manage(`${accountPath}/rotateSecretKey`, { method: 'POST' })
	await credential.deleteMethod(...names, 'login')
	// What is refused, and what only reads, is none of it.
	await assert.rejects(variable.deleteMethod(...names, 'none'))
	await variable.listByAutomationAccount(...names)

	const by = (name: string) => (entry: string) => entry.startsWith(`${name}: `)
	const all = await told(runner)
	assert.deepEqual(
		all.filter(by('management token')).map((entry) => entry.slice('management token: '.length)),
		[
			...['variables/write variables/api-key', 'variables/write variables/region', 'credentials/write credentials/login'],
			...['webhooks/write webhooks/own', 'webhooks/write webhooks/own', 'webhooks/write webhooks/own'],
			...['webhooks/replace/action webhooks/own/replace', 'webhooks/delete webhooks/own'],
			...['schedules/write schedules/daily', `jobSchedules/write jobSchedules/${link}`],
			...[`jobSchedules/delete jobSchedules/${link}`, 'schedules/delete schedules/daily'],
			...['runbooks/write runbooks/new', 'runbooks/delete runbooks/new', 'jobs/write jobs/mine'],
			...['rotateSecretKey/action rotateSecretKey', 'credentials/delete credentials/login'],
		],
	)
	assert.deepEqual(all.filter(by('uses.ts')), ['uses.ts: schedules/write schedules/uses'])
	assert.deepEqual(all.filter(by('webhooks.json')), ['webhooks.json: webhooks/write webhooks/of-the-file'])
	assert.deepEqual(
		all.filter(by(jobId)).map((entry) => entry.slice(jobId.length + 2)),
		['variables/read variables/api-key', 'credentials/read credentials/login', 'variables/write variables/region'],
	)
	const found = await events(runner)
	assert.deepEqual(
		found.filter(({ resource }) => resource === 'webhooks/own').map(({ details }) => details.isEnabled),
		[undefined, true, false, undefined],
	)
	assert.ok(found.filter(({ caller }) => caller.kind === 'managementToken').every(({ sourceAddress }) => sourceAddress === '127.0.0.1'))
	const token = new URL(created.uri!).searchParams.get('token')!
	for (const secret of ['horse', 'staple', token]) assert.equal(JSON.stringify(found).includes(secret), false, secret)

	// Anybody can check it by what the list says.
	for (const event of found) assert.equal(auditHash(event), event.hash)
	assert.deepEqual((await verify(runner)).isIntact, true)
	assert.deepEqual(await told(runner, `?$filter=properties/caller/name eq 'webhooks.json'`), [
		'webhooks.json: webhooks/write webhooks/of-the-file',
	])
	const deleted = await told(runner, `?$filter=properties/action eq 'webhooks/delete'&$top=1`)
	assert.deepEqual(deleted, ['management token: webhooks/delete webhooks/own'])
	const paged = await json<{ value: Event[]; nextLink: string }>(runner.manage(`${accountPath}/auditEvents?$top=2`))
	const next = await json<{ value: Event[] }>(runner.manage(new URL(paged.nextLink).pathname + new URL(paged.nextLink).search))
	assert.equal(next.value[0]!.properties.hash, paged.value[1]!.properties.previousHash)
})

test('who held, let go and stopped a job stands in it, and who asked in vain does not', async () => {
	const waits = runbookText('await new Promise((resolve) => signal.addEventListener("abort", resolve))')
	await using runner = await startRunner({ runbooks: { waits }, environment: { RUNHOOK_CONCURRENCY: '1' } })
	const { job } = automationClient(runner)
	for (const name of ['first', 'second']) await job.create(group, account, name, { runbook: { name: 'waits' } })
	await runner.untilJob('first', 'Running')
	await job.suspend(group, account, 'second')
	await job.resume(group, account, 'second')
	for (const name of ['second', 'first']) await job.stop(group, account, name)
	await runner.untilJob('first', 'Stopped')
	await assert.rejects(job.stop(group, account, 'first'))
	assert.deepEqual(
		(await told(runner)).slice(-4).map((entry) => entry.slice('management token: jobs/'.length)),
		[
			'suspend/action jobs/second/suspend',
			'resume/action jobs/second/resume',
			'stop/action jobs/second/stop',
			'stop/action jobs/first/stop',
		],
	)
})

test('who guarded, tried and called a webhook again stands in it, and a call that could not be repeated does not', async () => {
	await using runner = await startRunner({ runbooks: { says: runbookText('') } })
	const ask = (path: string, properties: object, method = 'POST') =>
		runner.manage(`${accountPath}/webhooks/hook${path}`, { method, body: JSON.stringify({ properties }) })
	const created = await ask('', { runbook: { name: 'says' }, expiryTime: inADay().toISOString() }, 'PUT')
	const { uri } = ((await created.json()) as { properties: { uri: string } }).properties
	const call = async () => (await fetch(uri, { method: 'POST', body: 'body' })).status
	assert.equal(await call(), 202)
	const { value } = await json<{ value: [{ properties: { deliveryId: string } }] }>(
		runner.manage(`${accountPath}/webhooks/hook/deliveries`),
	)
	const { deliveryId } = value[0].properties
	assert.equal((await ask(`/deliveries/${deliveryId}/replay`, { content: 'same' })).status, 202)
	assert.equal((await ask('/test', { dryRun: true })).status, 200)
	const signature = { scheme: 'github', secrets: [{ variable: 'hook-secret' }] }
	assert.equal((await ask('', { signature, rateLimit: null, protectionMode: 'observe' }, 'PATCH')).status, 200)
	assert.equal((await ask('', { isEnabled: false }, 'PATCH')).status, 200)
	// What waits to be written goes with no request that happens to ask for it.
	assert.equal(await call(), 400)
	assert.equal((await ask(`/deliveries/${deliveryId}/replay`, {})).status, 409)
	const found = (await events(runner)).reverse().filter(({ caller }) => caller.kind === 'managementToken')
	assert.equal(found.shift()?.action, 'webhooks/write')
	assert.deepEqual(
		found.map(({ action, resource, details }) => [action, resource, details]),
		[
			['webhooks/deliveries/replay/action', `webhooks/hook/deliveries/${deliveryId}/replay`, { content: 'same' }],
			['webhooks/test/action', 'webhooks/hook/test', { dryRun: true }],
			['webhooks/write', 'webhooks/hook', { protections: 'signature, rateLimit: null, protectionMode: observe' }],
			['webhooks/write', 'webhooks/hook', { isEnabled: false }],
		],
	)
})

test('failed sign-ins stand in it summed up', async () => {
	await using runner = await startRunner({ runbooks: {} })
	for (let count = 0; count < 25; count++) await fetch(`${runner.url}/jobs`, { headers: { authorization: `Bearer guess-${count}` } })
	await fetch(`${runner.url}/jobs`)
	await runner.end('SIGTERM')
	await runner.restart()
	const [failed, ...more] = (await events(runner)).filter(({ action }) => action === 'signIn/failed')
	assert.deepEqual([failed!.details, more], [{ count: 25, addresses: '127.0.0.1: 25' }, []])
	assert.equal(JSON.stringify(failed).includes('guess'), false)
})

test('what was done stays in it when the runner is killed right after the answer', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const { variable } = automationClient(runner)
	for (let count = 0; count < 20; count++) await variable.createOrUpdate(group, account, `v${count}`, { name: `v${count}`, value: '1' })
	await runner.end('SIGKILL')
	await runner.restart()
	const kept = (await automationClient(runner).variable.listByAutomationAccount(group, account)).length
	assert.deepEqual([kept, (await events(runner)).length, (await verify(runner)).isIntact], [20, 20, true])
})

test('whoever changes the store is found out: by the trail itself, and where it was cut off or written anew by a head that the log has', async () => {
	await using runner = await startRunner({ runbooks: {} })
	// The port is another one after each restart.
	const set = (name: string) => automationClient(runner).variable.createOrUpdate(group, account, name, { name, value: '1' })
	for (const name of ['a', 'b', 'c', 'd']) await set(name)
	await runner.end('SIGTERM')
	const head = await until('the head is logged', () =>
		runner.logged.map((line) => JSON.parse(line)).findLast(({ message }) => message === 'Head of the audit trail'),
	)
	assert.equal(head.sequence, 4)
	const noted = `?head=${head.sequence}:${head.hash}`
	const tamper = async (...statements: string[]): Promise<Check> => {
		await runner.end('SIGTERM')
		const database = new DatabaseSync(join(runner.folder, 'data/runhook.sqlite'))
		for (const statement of statements) database.exec(statement)
		database.close()
		await runner.restart()
		return verify(runner, noted)
	}
	const backup = ['CREATE TABLE backup AS SELECT * FROM audit_events', 'CREATE TABLE backup_head AS SELECT * FROM audit_head']
	assert.deepEqual((await tamper(...backup)).faults, [])
	const restore = [
		...['DELETE FROM audit_events', 'INSERT INTO audit_events SELECT * FROM backup'],
		...['DELETE FROM audit_head', 'INSERT INTO audit_head SELECT * FROM backup_head'],
	]
	const changed = await tamper(`UPDATE audit_events SET text = replace(text, 'variables/b', 'variables/x') WHERE sequence = 2`)
	assert.deepEqual([changed.isIntact, changed.faults], [false, ['Entry 2 was changed: its hash is not that of its content.']])
	assert.deepEqual((await tamper(...restore, 'DELETE FROM audit_events WHERE sequence = 2')).faults, ['Entries 2 to 2 are missing.'])
	const unreadable = await tamper(...restore, `UPDATE audit_events SET text = 'no entry' WHERE sequence = 2`)
	assert.deepEqual(unreadable.faults, ['Entry 2 was changed: its hash is not that of its content.'])
	// The others are listed all the same.
	assert.deepEqual(
		(await events(runner)).map(({ action }) => action),
		['variables/write', 'variables/write', 'unreadable', 'variables/write'],
	)
	assert.match((await tamper(...restore, 'DELETE FROM audit_events WHERE sequence < 3')).faults.join(), /entries before 3 are missing/)
	assert.match((await tamper(...restore, 'DELETE FROM audit_events WHERE sequence > 2')).faults.join(), /its end was cut off/)
	// Entries that follow do not cover it up.
	await set('e')
	assert.match((await verify(runner)).faults.join(), /Entries 3 to 4 are missing/)
	const setBack = [
		'DELETE FROM audit_events WHERE sequence > 2',
		'UPDATE audit_head SET sequence = 2, hash = (SELECT hash FROM audit_events WHERE sequence = 2)',
	]
	assert.match((await tamper(...restore, ...setBack)).faults.join(), /Entry 4, which was noted, is not in the trail/)
	assert.equal((await verify(runner)).isIntact, true)
	for (const name of ['x', 'y']) await set(name)
	assert.match((await verify(runner, noted)).faults.join(), /Entry 4 is not the one that was noted/)
})

test.run()
