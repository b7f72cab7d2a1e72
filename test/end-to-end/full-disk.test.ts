import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { fillDisk, fillDiskTo, smallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const talks = runbookText(`
	for (let line = 0; line < 40; line++) {
		output(line + ' ' + 'x'.repeat(20_000))
		await new Promise((resolve) => setTimeout(resolve, 50))
	}`)

test('a full disk refuses calls with 503 and loses nothing that was accepted; with space again everything goes on', async () => {
	using place = temporaryFolder()
	using disk = smallDisk(place.path, '64m')
	if (!disk) return console.log('Skipped: a small disk cannot be mounted here, it takes root.')
	const dataDir = join(place.path, 'data')
	await using runner = await startRunner({
		runbooks: { talks, fine: runbookText(`output('fine')`) },
		environment: { RUNHOOK_DATA_DIR: dataDir },
	})
	const talking = await runner.start('talks')
	await runner.untilJob(talking, 'Running')
	const ballast = join(place.path, 'ballast')

	const accepted: string[] = []
	const refused = await until('a call is refused', async () => {
		fillDisk(ballast)
		const answer = await runner.call('fine', 'x'.repeat(10_000))
		if (answer.status !== 202) return answer
		accepted.push(((await answer.json()) as { JobIds: string[] }).JobIds[0]!)
		return undefined
	})
	assert.equal(refused.status, 503)
	assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
	assert.equal(((await refused.json()) as { code: string }).code, 'ServiceUnavailable')
	await until('the running job cannot write either', () => runner.logged.some((line) => line.includes('The store refused a write')))

	rmSync(ballast)
	accepted.push(await until('a call is accepted', async () => runner.start('fine').catch(() => undefined)))
	for (const jobId of accepted) assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	assert.equal((await runner.untilJob(talking)).properties.status, 'Completed')
	const lines = (await runner.output(talking)).trimEnd().split('\n')
	assert.deepEqual(
		lines.map((line) => Number(line.split(' ')[0])),
		Array.from({ length: 40 }, (_, line) => line),
	)
})

const MiB = 2 ** 20
const newJobPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook/jobs/by-hand?api-version=2023-11-01'

test('a disk that gets low takes history first, then new jobs are refused, and what runs is ended even when nothing is left', async () => {
	using place = temporaryFolder()
	using disk = smallDisk(place.path, '192m')
	if (!disk) return console.log('Skipped: a small disk cannot be mounted here, it takes root.')
	const held = runbookText(`
		await new Promise((resolve) => signal.addEventListener('abort', resolve))
		for (let line = 0; line < 30; line++) output(line + ' ' + 'x'.repeat(50_000))`)
	await using runner = await startRunner({
		runbooks: { writes: runbookText(`output('x'.repeat(100_000))`), held, fine: runbookText(`output('fine')`) },
		environment: { RUNHOOK_DATA_DIR: join(place.path, 'data'), RUNHOOK_DISK_LOW_MB: '96', RUNHOOK_CONCURRENCY: '3' },
	})
	const ballast = join(place.path, 'ballast')
	const told = (words: string) => runner.logged.filter((line) => line.includes(words)).length
	const [one, other] = [await runner.start('held'), await runner.start('held')]
	for (const jobId of [one, other]) await runner.untilJob(jobId, 'Running')
	const history: string[] = []
	for (let batch = 0; batch < 5; batch++) history.push(...(await Promise.all(Array.from({ length: 30 }, () => runner.start('writes')))))
	for (const jobId of history) await runner.untilJob(jobId)
	const statusOf = async (jobId: string) => (await runner.manage(`/jobs/${jobId}`)).status

	const reserve = join(place.path, 'data', 'reserve')
	await until('the reserve is held', () => existsSync(reserve))
	fillDiskTo(60 * MiB, ballast)
	await until('the oldest are gone', async () => {
		// Fifty have to go; which of those that ran side by side ended first is left to them.
		const statuses = await Promise.all(history.slice(0, 30).map(statusOf))
		return statuses.every((status) => status === 404)
	})
	assert.deepEqual(await Promise.all([history.at(-1)!, one].map(statusOf)), [200, 200])
	const accepted = [await runner.start('fine', '', { 'x-github-delivery': '1' })]
	await runner.untilJob(accepted[0]!)

	// Again and again: what was given up leaves a little more. Far from where the reserve is given up, which would be filled, too.
	const untilFull = async <Answer>(what: string, ask: () => Promise<Answer | undefined | false>) => {
		return await until(what, () => {
			fillDiskTo(21 * MiB, ballast)
			return ask()
		})
	}
	const refused = await untilFull('a call is refused', async () => {
		const answer = await runner.call('fine')
		if (answer.status !== 202) return answer
		accepted.push(((await answer.json()) as { JobIds: string[] }).JobIds[0]!)
		return undefined
	})
	assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'])
	assert.deepEqual(await refused.json(), {
		code: 'ServiceUnavailable',
		message: 'The disk of the runner is almost full: no new jobs are taken. Try again later.',
	})
	const put = {
		method: 'PUT',
		body: JSON.stringify({ properties: { runbook: { name: 'fine' } } }),
		headers: { 'content-type': 'application/json' },
	}
	await untilFull('a request is refused', async () => (await runner.manage(newJobPath, put)).status === 503)
	// The same delivery is answered with its job all the same: it makes no new one.
	assert.equal(await runner.start('fine', '', { 'x-github-delivery': '1' }), accepted[0])
	await untilFull('nobody is sent here', async () => (await fetch(`${runner.url}/health/ready`)).status === 503)
	const lines = runner.logged.length
	for (let call = 0; call < 20; call++) await untilFull('it is refused again', async () => (await runner.call('fine')).status === 503)
	assert.ok(runner.logged.length < lines + 10, runner.logged.slice(lines).join('\n'))
	const stop = (jobId: string) => runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
	assert.equal((await stop(one)).status, 200)

	// What runs is ended with what was held back for it.
	assert.ok(existsSync(reserve))
	fillDisk(ballast)
	assert.equal((await runner.untilJob(one)).properties.status, 'Stopped')
	await until('a stop is taken', async () => (await stop(other)).status === 200)
	assert.equal((await runner.untilJob(other)).properties.status, 'Stopped')
	assert.ok(!existsSync(reserve))
	for (const jobId of [one, other]) assert.equal((await runner.output(jobId)).trimEnd().split('\n').length, 30)

	rmSync(ballast)
	accepted.push(await until('a call is accepted', async () => runner.start('fine').catch(() => undefined)))
	for (const jobId of accepted) assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	assert.ok(told('has room again') > 0)
})

test.run()
