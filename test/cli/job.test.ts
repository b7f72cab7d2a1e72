import assert from 'node:assert/strict'
import { test } from 'uvu'
import { letInto, runCommand, startCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { until } from '../support/until.ts'

const runbooks = {
	steps: runbookText(
		`output('first')
		warning('careful')
		progress({ activity: 'Counting', status: 'half', percentComplete: 50 })
		error({ code: 7 })
		output({ seconds: parameters.seconds })`,
		{ declares: 'logProgress: true, parameters: z.object({ seconds: z.number() }),' },
	),
	waits: runbookText(`output('waiting'); await new Promise((resolve) => signal.addEventListener('abort', resolve))`),
	alone: runbookText('output("later")', { declares: 'concurrency: 1,' }),
	fails: runbookText(`throw new Error('Not today.')`),
}

type JobBody = { name: string; properties: { jobId: string; status: string; exception: string | null } }
type Place = { runner: Runner; run: (...words: string[]) => ReturnType<typeof runCommand> } & AsyncDisposable

async function openPlace(environment: Record<string, string> = {}): Promise<Place> {
	const runner = await startRunner({
		runbooks,
		environment: { RUNHOOK_SHUTDOWN_SECONDS: '0', ...environment },
		webhooks: [{ name: 'alone', runbook: 'alone' }],
	})
	return {
		runner,
		run: (...words) => runCommand(words, { environment: letInto(runner) }),
		[Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
	}
}

const lines = (text: string) => text.trimEnd().split('\n')
const bodyIn = (text: string) => JSON.parse(text) as JobBody

test('a runbook is started and followed to its end, in the words of people and of programs', async () => {
	await using place = await openPlace()
	const people = await place.run('runbook', 'run', 'steps', '--parameter', 'seconds=5', '--output', 'table')
	assert.equal(people.code, 0, people.stderr)
	assert.deepEqual(lines(people.stdout), [
		'first',
		'WARNING: careful',
		'PROGRESS: Counting: half (50 %)',
		'ERROR: {"code":7}',
		'{"seconds":5}',
	])
	assert.match(people.stderr, /^Job \S+ was started\.\nJob \S+: Completed\n$/)

	const programs = await place.run('runbook', 'run', 'steps', '--parameter', 'seconds=5')
	const [first, ...rest] = lines(programs.stdout).map((line) => JSON.parse(line))
	assert.equal(first.properties.streamText, 'first\r\n')
	assert.equal(first.properties.streamType, 'Output')
	assert.equal(rest.length, 5)
	assert.equal(rest.at(-1).properties.status, 'Completed')
	assert.equal(programs.stderr, '')
})

test('the exit code tells how a job ended', async () => {
	await using place = await openPlace()
	const failed = await place.run('runbook', 'run', 'fails', '--output', 'table')
	assert.equal(failed.code, 1)
	assert.match(failed.stderr, /: Failed\nError: Not today\./)
	const { name, properties } = bodyIn((await place.run('job', 'start', 'waits')).stdout)
	const watching = startCommand(['job', 'watch', name], { environment: letInto(place.runner) })
	await until('the first record is shown', () => watching.stdout.includes('waiting'))
	const stopped = await place.run('job', 'stop', properties.jobId)
	assert.equal(stopped.code, 0, stopped.stderr)
	const end = await watching.ended
	assert.equal(end.code, 3, end.stderr)
	assert.equal(bodyIn(lines(end.stdout).at(-1)!).properties.status, 'Stopped')
	const twice = await place.run('job', 'stop', properties.jobId)
	assert.equal(twice.code, 1)
	assert.match(twice.stderr, /has already ended: Stopped/)
})

test('Ctrl+C ends the watching and not the job', async () => {
	await using place = await openPlace()
	const watching = startCommand(['runbook', 'run', 'waits', '--output', 'table'], { environment: letInto(place.runner) })
	await until('the first record is shown', () => watching.stdout.includes('waiting'))
	watching.process.kill('SIGINT')
	const end = await watching.ended
	assert.equal(end.code, 130)
	const [, jobId] = /the job goes on\. Take it up again: runhook job watch (\S+)/.exec(end.stderr)!
	assert.equal((await place.runner.job(jobId!)).properties.status, 'Running')
})

test('a job that waits is suspended, shown as such, and goes on when it is resumed', async () => {
	await using place = await openPlace({ RUNHOOK_CONCURRENCY: '1' })
	const { properties: first } = bodyIn((await place.run('job', 'start', 'waits')).stdout)
	await place.runner.untilJob(first.jobId, 'Running')
	const { properties: second } = bodyIn((await place.run('job', 'start', 'alone')).stdout)
	assert.equal(bodyIn((await place.run('job', 'suspend', second.jobId)).stdout).properties.status, 'Suspended')
	const watched = await place.run('job', 'watch', second.jobId, '--output', 'table')
	assert.equal(watched.code, 3)
	assert.match(watched.stderr, /: Suspended/)
	assert.equal(bodyIn((await place.run('job', 'resume', second.jobId)).stdout).properties.status, 'New')
	await place.run('job', 'stop', first.jobId)
	const end = await place.run('job', 'watch', second.jobId)
	assert.equal(end.code, 0, end.stderr)
})

test('jobs are listed by what is asked of them, page after page until the limit', async () => {
	await using place = await openPlace()
	const started = await Promise.all(Array.from({ length: 103 }, () => place.runner.start('alone')))
	await place.runner.untilJob(started.at(-1)!)
	await place.run('runbook', 'run', 'fails')
	const ids = async (...words: string[]) => {
		const { stdout, stderr } = await place.run('job', 'list', ...words)
		const { value } = JSON.parse(stdout) as { value: JobBody[] }
		return { ids: value.map(({ properties }) => properties.jobId), stderr }
	}
	assert.equal((await ids()).ids.length, 100)
	assert.match((await ids()).stderr, /more than these 100/)
	assert.equal(new Set((await ids('--limit', '1000')).ids).size, 104)
	assert.equal((await ids('--status', 'Failed', '--runbook', 'fails', '--started-after', '1h')).ids.length, 1)
	assert.equal((await ids('--ended-before', '1h')).ids.length, 0)
	const table = await place.run('job', 'list', '--limit', '1', '--output', 'table')
	assert.match(table.stdout, /^JOB +RUNBOOK +STATUS +CREATED +TOOK +DETAILS\n\S+ +fails +Failed +\d{4}-\d\d-\d\d /)
	const refused = await place.run('job', 'list', '--status', 'Sleeping')
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /'Sleeping'/)
})

test('the output of a job is its text', async () => {
	await using place = await openPlace()
	const { properties } = bodyIn((await place.run('job', 'start', 'steps', '--parameter', 'seconds=5')).stdout)
	await place.runner.untilJob(properties.jobId)
	assert.equal((await place.run('job', 'output', properties.jobId)).stdout, 'first\n{"seconds":5}\n')
	assert.equal(JSON.parse((await place.run('job', 'output', properties.jobId, '--output', 'json')).stdout), 'first\n{"seconds":5}\n')
	const shown = await place.run('job', 'show', properties.jobId, '--output', 'table')
	assert.match(shown.stdout, /^Job +\S+\nRunbook +steps\nStatus +Completed\n[\s\S]*Parameters +seconds = 5\n$/)
	const refused = await place.run('job', 'output', 'none')
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /There is no job 'none'\.\n'runhook job list'/)
})

test('a job is started once, also when the answer to the first request was lost', async () => {
	await using server = await scriptedServer(({ path }, response) => {
		if (server.requests.length === 1) return void response.destroy()
		response.statusCode = 201
		return { name: path.split('/').at(-1), properties: { jobId: 'job', status: 'New' } }
	})
	const environment = { RUNHOOK_ENDPOINT: server.url, RUNHOOK_TOKEN: 'token' }
	const { code, stderr } = await runCommand(['job', 'start', 'steps'], { environment })
	assert.equal(code, 0, stderr)
	assert.equal(server.requests.length, 2)
	assert.equal(server.requests[0]!.path, server.requests[1]!.path)
	assert.equal(server.requests[0]!.body, server.requests[1]!.body)
})

test.run()
