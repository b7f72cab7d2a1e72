import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { AutomationModels } from '@azure/arm-automation'
import { test } from 'uvu'
import { account, automationClient, group, json, refusal } from '../../support/automation-client.ts'
import { runbookText } from '../../support/runbook-text.ts'
import { type Runner, startRunner } from '../../support/runner.ts'
import { until } from '../../support/until.ts'

const greets = runbookText(`output('Hello ' + parameters.name)`, { declares: 'parameters: z.object({ name: z.string() }),' })
const declares = runbookText(`output('tick')`, {
	declares: `schedule: { cron: '0 7 * * 1-5', timeZone: 'Europe/Madrid', description: 'On workdays.' },`,
})
const open = () => startRunner({ runbooks: { greets, declares }, webhooks: [] })
const path =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

type ScheduleView = { properties: Record<string, unknown> }
const put = (runner: Runner, name: string, properties: object) =>
	runner.manage(`${path}/schedules/${name}`, { method: 'PUT', body: JSON.stringify({ name, properties }) })
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
const cut = (time: Date) => new Date(Math.floor(time.getTime() / 60_000) * 60_000)
const yearly = (
	given: Partial<AutomationModels.ScheduleCreateOrUpdateParameters> = {},
): AutomationModels.ScheduleCreateOrUpdateParameters => ({
	...{ name: 'nightly', frequency: 'Day', interval: 1, startTime: inDays(2) },
	...given,
})

test('a schedule is created, changed, listed and deleted as the official client does it', async () => {
	await using runner = await open()
	const { schedule } = automationClient(runner)
	const asked = yearly({ timeZone: 'Asia/Kathmandu', description: 'At night.', expiryTime: inDays(20) })
	const created = await schedule.createOrUpdate(group, account, 'nightly', asked)
	assert.equal(created._response.status, 201)
	assert.deepEqual(
		[created.name, created.frequency, created.interval, created.timeZone, created.isEnabled, created.description],
		['nightly', 'Day', 1, 'Asia/Kathmandu', true, 'At night.'],
	)
	assert.deepEqual(
		[created.startTime, created.nextRun, created.expiryTime],
		[cut(asked.startTime), cut(asked.startTime), cut(asked.expiryTime!)],
	)
	assert.deepEqual([created.startTimeOffsetMinutes, created.nextRunOffsetMinutes, created.expiryTimeOffsetMinutes], [345, 345, 345])
	const again = await schedule.createOrUpdate(group, account, 'NIGHTLY', { ...asked, name: 'nightly' })
	assert.equal(again._response.status, 200)
	assert.deepEqual(again.lastModifiedTime, created.lastModifiedTime)
	const advancedSchedule: AutomationModels.AdvancedSchedule = { monthlyOccurrences: [{ occurrence: -1, day: 'Friday' }] }
	const monthly = { frequency: 'Month' as const, interval: '2', advancedSchedule }
	const other = await schedule.createOrUpdate(group, account, 'nightly', yearly({ ...monthly, timeZone: '' }))
	assert.deepEqual([other._response.status, other.interval, other.timeZone], [200, 2, 'UTC'])
	assert.deepEqual(other.advancedSchedule?.monthlyOccurrences, [{ occurrence: -1, day: 'Friday' }])
	assert.equal(other.nextRun?.getUTCDay(), 5)
	assert.equal(other.expiryTime?.getUTCFullYear(), 9999)

	const off = await schedule.update(group, account, 'nightly', { name: 'nightly', isEnabled: false, description: 'Off.' })
	assert.deepEqual([off.isEnabled, off.nextRun, off.description], [false, null, 'Off.'])
	assert.equal((await schedule.update(group, account, 'nightly', { isEnabled: true })).isEnabled, true)
	const listed = await schedule.listByAutomationAccount(group, account)
	assert.deepEqual(
		listed.map(({ name }) => name),
		['declares', 'nightly'],
	)
	assert.equal((await schedule.deleteMethod(group, account, 'nightly'))._response.status, 200)
	assert.match(await refusal(schedule.get(group, account, 'nightly')), /^404 NotFound: There is no schedule 'nightly'\.$/)
})

test('no end and the offsets of times are as in Azure; a cron expression stands in their place', async () => {
	await using runner = await open()
	const answer = await put(runner, 'once', {
		frequency: 'OneTime',
		startTime: '2099-06-01T08:00:59.5+02:00',
		timeZone: 'W. Europe Standard Time',
	})
	assert.equal(answer.status, 201)
	const { properties } = (await answer.json()) as ScheduleView
	assert.deepEqual(
		[properties.startTime, properties.startTimeOffsetMinutes, properties.expiryTime, properties.interval, properties.nextRun],
		['2099-06-01T06:00:00.000Z', 120, '9999-12-31T23:59:00+00:00', null, '2099-06-01T06:00:00.000Z'],
	)
	const cron = await json<ScheduleView>(put(runner, 'cron', { cron: '0 7 * * 1-5', timeZone: 'Europe/Madrid', overlap: 'queue' }))
	const { frequency, cron: expression, missed, overlap, origin } = cron.properties
	assert.deepEqual([frequency, expression, missed, overlap, origin], [null, '0 7 * * 1-5', 'once', 'queue', 'api'])
	assert.equal((await put(runner, 'cron', { cron: '0 7 * * 1-5', timeZone: 'Europe/Madrid', overlap: 'queue' })).status, 200)
	// A cron expression in the place of a frequency begins now, not with what it replaces.
	const replaced = await json<ScheduleView>(put(runner, 'once', { cron: '0 7 * * *' }))
	assert.ok(Date.parse(String(replaced.properties.startTime)) <= Date.now())
	const again = await json<ScheduleView>(put(runner, 'once', { cron: '0 8 * * *' }))
	assert.equal(again.properties.startTime, replaced.properties.startTime)
})

test('what cannot be is refused with what is allowed', async () => {
	await using runner = await open()
	const { schedule, jobSchedule } = automationClient(runner)
	const bad = async (properties: object) => {
		const response = await put(runner, 'bad', properties)
		return `${response.status} ${((await response.json()) as { message: string }).message}`
	}
	await schedule.createOrUpdate(group, account, 'nightly', yearly())
	const link = (given: object, id = randomUUID()) =>
		refusal(jobSchedule.create(group, account, id, { schedule: { name: 'nightly' }, runbook: { name: 'greets' }, ...given }))
	const table: [() => Promise<string>, RegExp][] = [
		[() => bad({ cron: '0 25 * * *' }), /^400 The cron expression '0 25 \* \* \*' is wrong at character 3: '25' is no hour/],
		[() => bad({ frequency: 'Day' }), /^400 startTime is mandatory with a frequency\.$/],
		[() => bad({ frequency: 'Year', startTime: inDays(1) }), /properties\.frequency: must be one of OneTime, Minute/],
		[() => bad({ cron: '0 7 * * *', timeZone: 'Mars' }), /properties\.timeZone: must be an IANA name/],
		[() => bad({ frequency: 'OneTime', startTime: inDays(-1) }), /^400 startTime has passed: a OneTime schedule/],
		[() => bad({ cron: '0 7 * * *', startTime: inDays(-9), expiryTime: inDays(-5) }), /^400 No run comes between now and expiryTime\.$/],
		[() => refusal(schedule.createOrUpdate(group, account, 'a', yearly())), /^400 BadRequest: The body names 'nightly', the path 'a'\.$/],
		[() => refusal(schedule.deleteMethod(group, account, 'none')), /^404 NotFound: There is no schedule 'none'\.$/],
		[() => refusal(schedule.update(group, account, 'none', { isEnabled: true })), /^404 NotFound/],
		[() => link({ schedule: { name: 'none' } }), /^404 NotFound: There is no schedule 'none'\.$/],
		[() => link({ runbook: { name: 'none' } }), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => link({}), /^400 BadRequest: Parameter 'name' is mandatory and has no value\.$/],
		[() => link({ runOn: 'group', parameters: { name: 'x' } }), /^400 BadRequest: Hybrid worker groups are not supported\.$/],
		[() => refusal(jobSchedule.get(group, account, randomUUID())), /^404 NotFound: There is no job schedule '/],
		[() => refusal(jobSchedule.deleteMethod(group, account, randomUUID())), /^404 NotFound: There is no job schedule '/],
		[
			() => refusal(jobSchedule.listByAutomationAccount(group, account, { filter: 'properties/x eq 1' })),
			/^400 BadRequest: The filter cannot be by properties\/x\. It can be by properties\/schedule\/name/,
		],
	]
	for (const [ask, expected] of table) assert.match(await ask(), expected)
})

test('a schedule of a runbook can be disabled, and changed nowhere but in its file', async () => {
	await using runner = await open()
	const { schedule, jobSchedule } = automationClient(runner)
	const declared = "Schedule 'declares' is declared in the file of runbook 'declares': change it there."
	const found = await schedule.get(group, account, 'declares')
	assert.deepEqual([found.description, found.timeZone, found.isEnabled], ['On workdays.', 'Europe/Madrid', true])
	// The official client takes a 409 to a PUT of a schedule for success.
	assert.equal(
		await refusal(schedule.createOrUpdate(group, account, 'declares', yearly({ name: 'declares' }))),
		`400 BadRequest: ${declared}`,
	)
	assert.equal(await refusal(schedule.update(group, account, 'declares', { description: 'Mine.' })), `409 Conflict: ${declared}`)
	assert.equal(await refusal(schedule.deleteMethod(group, account, 'declares')), `409 Conflict: ${declared}`)
	const [link] = await jobSchedule.listByAutomationAccount(group, account, { filter: "properties/runbook/name eq 'DECLARES'" })
	assert.equal(link?.schedule?.name, 'declares')
	assert.equal(await refusal(jobSchedule.deleteMethod(group, account, link!.jobScheduleId!)), `409 Conflict: ${declared}`)
	assert.equal((await schedule.update(group, account, 'declares', { isEnabled: false })).isEnabled, false)
	await runner.end('SIGTERM')
	await runner.restart()
	const kept = automationClient(runner).schedule
	assert.equal((await kept.get(group, account, 'declares')).isEnabled, false)

	runner.writeRunbook('declares', declares.replace('On workdays.', 'Changed.'))
	await until('the file is followed', async () => (await kept.get(group, account, 'declares')).description === 'Changed.')
	assert.equal((await kept.get(group, account, 'declares')).isEnabled, false)
	runner.writeRunbook('declares', declares.replace('0 7 * * 1-5', '0 25 * * *'))
	const { runbook } = automationClient(runner)
	await until('the fault is seen', async () => {
		const shown = (await runbook.get(group, account, 'declares')) as { fault?: string }
		return runner.logged.some((line) => line.includes("schedule: The cron expression '0 25 * * *' is wrong at character 3")) && shown
	})
	assert.equal((await kept.get(group, account, 'declares')).description, 'Changed.')
	runner.writeRunbook('declares', runbookText('return'))
	await until('it is gone', async () => !(await kept.listByAutomationAccount(group, account)).some(({ name }) => name === 'declares'))
})

test('a linked runbook is started by the clock with its values; without the link no more', async () => {
	await using runner = await open()
	const { jobSchedule, job } = automationClient(runner)
	assert.equal((await put(runner, 'ticks', { cron: '* * * * * *' })).status, 201)
	const id = randomUUID()
	const asked = { schedule: { name: 'TICKS' }, runbook: { name: 'greets' }, parameters: { name: 'Ada' } }
	const created = await jobSchedule.create(group, account, id, asked)
	assert.equal(created._response.status, 201)
	assert.deepEqual([created.jobScheduleId, created.schedule?.name, created.runbook?.name], [id, 'ticks', 'greets'])
	assert.equal((await jobSchedule.create(group, account, id, asked))._response.status, 201)
	assert.match(
		await refusal(jobSchedule.create(group, account, id, { ...asked, parameters: { name: 'Bob' } })),
		/^409 Conflict: There is a job/,
	)
	const jobs = await until('two jobs were started', async () => {
		const listed = await job.listByAutomationAccount(group, account)
		return listed.length >= 2 && listed
	})
	const first = await job.get(group, account, jobs.at(-1)!.jobId!)
	assert.deepEqual([first.name, first.startedBy, first.parameters], [first.jobId, null, { name: 'Ada' }])
	await runner.untilJob(first.jobId!)
	assert.equal(await runner.output(first.jobId!), 'Hello Ada\n')

	// A runbook that is gone is told, and shown at the link.
	runner.writeRunbook('greets', 'export default 1')
	const failed = await until('a failure is shown', async () => {
		const link = await json<{ properties: { lastFailure: { message: string } | null } }>(runner.manage(`${path}/jobSchedules/${id}`))
		return link.properties.lastFailure ?? undefined
	})
	assert.match(failed.message, /^Runbook 'greets' cannot be started: /)
	assert.ok(runner.logged.some((line) => /A schedule was due and its runbook was not started.*ticks/.test(line)))
	assert.equal((await jobSchedule.deleteMethod(group, account, id.toUpperCase()))._response.status, 200)
	assert.deepEqual([...(await jobSchedule.listByAutomationAccount(group, account, { filter: "properties/schedule/name eq 'ticks'" }))], [])
})

test.run()
