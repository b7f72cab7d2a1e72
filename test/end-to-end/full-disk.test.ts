import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { fillDisk, smallDisk } from '../support/small-disk.ts'
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

test.run()
