import assert from 'node:assert/strict'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const runbooks = {
	greet: runbookText('', { declares: 'parameters: z.object({ name: z.string() }),' }),
	tidy: runbookText('', { declares: "schedule: { cron: '0 3 * * *' }," }),
}

async function openPlace() {
	const runner = await startRunner({ runbooks, webhooks: [] })
	const run = (...words: string[]) => runCommand(words, { environment: letInto(runner) })
	return {
		runner,
		run,
		/** Runs a command that has to succeed; resolves with what it printed. */
		async done(...words: string[]): Promise<string> {
			const { code, stdout, stderr } = await run(...words)
			assert.equal(code, 0, stderr)
			return stdout
		},
		[Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
	}
}

test('a schedule is created, linked, held and deleted', async () => {
	await using place = await openPlace()
	const { done, run } = place
	const workdays = JSON.parse(await done('schedule', 'create', 'workdays', '--cron', '0 7 * * 1-5', '--time-zone', 'Europe/Madrid'))
	assert.equal(workdays.properties.cron, '0 7 * * 1-5')
	assert.ok(Date.parse(workdays.properties.nextRun) > Date.now())
	const start = ['--start', '2027-01-04T07:00:00Z', '--expires', '2028-01-01']
	const fridays = ['schedule', 'create', 'fridays', '--frequency', 'Week', '--interval', '2', '--week-days', 'Monday, Friday', ...start]
	const shown = await done(...fridays, '--overlap', 'skip', '--output', 'table')
	assert.match(
		shown,
		/^Name +fridays\nRuns +every 2 weeks on Monday, Friday at 07:00 \(UTC\)\nState +enabled\nNext run +2027-01-0\d \d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d) \(in /,
	)
	assert.match(shown, /\nUntil +\S+ \S+ \S+\nMissed +once\nOverlap +skip\n/)

	const link = JSON.parse(await done('job-schedule', 'create', '--schedule', 'workdays', '--runbook', 'greet', '--parameter', 'name=Ada'))
	const id = link.properties.jobScheduleId
	assert.match(
		await done('job-schedule', 'show', id, '--output', 'table'),
		/\nSchedule +workdays\nRunbook +greet\nParameters +name = Ada\n/,
	)
	const links = await done('job-schedule', 'list', '--schedule', 'workdays', '--runbook', 'greet', '--output', 'table')
	assert.match(links, new RegExp(`^ID +SCHEDULE +RUNBOOK +LAST FAILURE\n${id} +workdays +greet\n$`))
	assert.equal(JSON.parse(await done('job-schedule', 'list', '--runbook', 'none')).value.length, 0)

	assert.equal(JSON.parse(await done('schedule', 'disable', 'workdays')).properties.nextRun, null)
	const list = await until('the declared schedule is listed', async () => {
		const listed = await done('schedule', 'list', '--output', 'table')
		return /\ntidy /.test(listed) && listed
	})
	assert.match(list, /^NAME +RUNS +STATE +NEXT RUN\nfridays +every 2 weeks/)
	assert.match(list, /\ntidy +0 3 \* \* \* \(UTC\) +enabled +\d{4}.*\nworkdays +0 7 \* \* 1-5 \(Europe\/Madrid\) +disabled\n$/)
	assert.ok(JSON.parse(await done('schedule', 'enable', 'workdays')).properties.nextRun)

	await done('job-schedule', 'delete', id)
	assert.match((await run('job-schedule', 'show', id)).stderr, /no job schedule[\s\S]*'runhook job-schedule list' shows/)
	await done('schedule', 'delete', 'workdays')
	assert.match((await run('schedule', 'show', 'workdays')).stderr, /no schedule 'workdays'[\s\S]*'runhook schedule list' shows/)
})

test('what cannot be is refused by name', async () => {
	await using place = await openPlace()
	const { run } = place
	const refused = async (code: number, words: RegExp, ...command: string[]) => {
		const end = await run(...command)
		assert.deepEqual([end.code, end.stdout], [code, ''], end.stderr)
		assert.match(end.stderr, words)
	}
	await refused(2, /Give either --cron or --frequency/, 'schedule', 'create', 'x')
	await refused(2, /Give either --cron or --frequency/, 'schedule', 'create', 'x', '--cron', '* * * * *', '--frequency', 'Day')
	await refused(1, /wrong at character 3: '25' is no hour/, 'schedule', 'create', 'x', '--cron', '0 25 * * *')
	await refused(2, /--interval: 'two' is no whole number/, 'schedule', 'create', 'x', '--frequency', 'Day', '--interval', 'two')
	await refused(
		2,
		/'Tuesday' is not of the form 2:Tuesday/,
		'schedule',
		'create',
		'x',
		'--frequency',
		'Month',
		'--monthly-occurrences',
		'Tuesday',
	)
	await refused(2, /--missed <rule>[\s\S]*skip, once, all/, 'schedule', 'create', 'x', '--cron', '0 7 * * *', '--missed', 'never')
	await refused(1, /IANA name/, 'schedule', 'create', 'x', '--cron', '0 7 * * *', '--time-zone', 'Mars')
	await refused(2, /--frequency counts from --start[^\n]*\n--start 1h/, 'schedule', 'create', 'x', '--frequency', 'Day')
	for (const act of ['show', 'delete'])
		await refused(
			2,
			/'workdays' is not the id of a job schedule: that is a GUID\.\n'runhook job-schedule list'/,
			'job-schedule',
			act,
			'workdays',
		)
	await refused(1, /no schedule 'none'/, 'job-schedule', 'create', '--schedule', 'none', '--runbook', 'greet', '--parameter', 'name=a')
	const azure = ['--azure', '--subscription', '11111111-1111-1111-1111-111111111111', '--resource-group', 'b', '--account', 'c']
	await refused(2, /Azure has no --cron/, 'schedule', 'create', 'x', '--cron', '0 7 * * *', ...azure)
})

test.run()
