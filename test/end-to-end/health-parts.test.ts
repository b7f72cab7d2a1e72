import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { openSimulator } from '../simulator/simulator.ts'
import { ask, healthKey, settle, untilPart } from '../support/ask-health.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { fillDisk, smallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const waits = runbookText(`await new Promise((resolve) => signal.addEventListener('abort', resolve))`)

test('a full disk takes store and disk down, at once answered, and what comes back is ready without a restart', async () => {
	using place = temporaryFolder()
	using disk = smallDisk(place.path, '64m')
	if (!disk) return console.log('Skipped: a small disk cannot be mounted here, it takes root.')
	await using runner = await startRunner({
		runbooks: {},
		environment: { RUNHOOK_HEALTH_KEY: healthKey, RUNHOOK_DATA_DIR: join(place.path, 'data') },
	})
	writeFileSync(join(runner.folder, 'settings.json'), JSON.stringify({ health: { diskFreeMbMin: 5 } }))
	await untilPart(runner, 'core', 'disk', 'up')
	assert.equal((await ask(runner, '/health/ready', {})).status, 200)
	const before = Date.now()
	const ballast = join(place.path, 'ballast')
	await until('the store is down', async () => {
		fillDisk(ballast)
		return (await ask(runner, '/health/ready', {})).status === 503
	})
	await untilPart(runner, 'core', 'disk', 'down')
	const { status, body } = await ask(runner, '/health/core')
	assert.deepEqual([status, body.status], [503, 'down'])
	assert.match(body.parts.store!.message!, /^The store refused: .*full/)
	assert.ok(Date.parse(body.parts.store!.since) >= before)
	assert.ok(Date.parse(body.since) >= before)
	assert.equal((await ask(runner, '/health/live', {})).status, 200)
	assert.deepEqual((await ask(runner, '/health/core', {})).text, '{"status":"down"}')
	assert.equal((await ask(runner, '/health/core/disk')).status, 503)
	assert.equal((await ask(runner, '/health/core/clock')).status, 200)

	rmSync(ballast)
	await until('it is ready again', async () => (await ask(runner, '/health/ready', {})).status === 200)
	await untilPart(runner, 'core', 'disk', 'up')
})

test('a queue that is stuck is down until it moves again', async () => {
	await using runner = await startRunner({
		runbooks: { waits },
		environment: { RUNHOOK_HEALTH_KEY: healthKey, RUNHOOK_CONCURRENCY: '1' },
	})
	writeFileSync(join(runner.folder, 'settings.json'), JSON.stringify({ health: { queueAgeSecondsMax: 1 } }))
	const jobs = [await runner.start('waits'), await runner.start('waits')]
	const { message, facts } = await untilPart(runner, 'core', 'queue', 'down')
	assert.match(message!, /^A job has waited for a free slot for \d+ s, longer than 1 s\.$/)
	assert.equal(facts.waiting, 1)
	assert.equal((await ask(runner, '/health/core')).status, 503)
	assert.equal((await ask(runner, '/health/ready')).status, 200)
	for (const jobId of jobs) await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
	await untilPart(runner, 'core', 'queue', 'up')
})

test('runbooks that get no process take the sandbox part down until they do', async () => {
	await using runner = await startRunner({
		runbooks: { fresh: runbookText(`output('runs')`, { declares: `isolation: 'fresh',` }) },
		environment: { RUNHOOK_HEALTH_KEY: healthKey },
	})
	await untilPart(runner, 'core', 'sandbox', 'up')
	const running = join(runner.folder, 'data', 'sandboxes', 'running')
	renameSync(running, `${running}-away`)
	writeFileSync(running, '')
	// The spares are used up first.
	for (let started = 0; started < 3; started++) await runner.start('fresh')
	const { message } = await untilPart(runner, 'core', 'sandbox', 'down')
	assert.notEqual(message, null)
	assert.equal((await ask(runner, '/health/core')).status, 503)
	rmSync(running)
	renameSync(`${running}-away`, running)
	await untilPart(runner, 'core', 'sandbox', 'up')
})

test('an identity that a runbook has used is signed in with, and secondary is down when it cannot be', async () => {
	const vms = `import { defineRunbook } from 'runhook'
import { ComputeManagementClient } from '@azure/arm-compute'
export default defineRunbook({ run({ output }) { output(typeof ComputeManagementClient) } })`
	const simulator = await openSimulator({})
	await using runner = await startRunner({
		runbooks: { vms },
		environment: { RUNHOOK_HEALTH_KEY: healthKey, RUNHOOK_ARM_ENDPOINT: simulator.url },
	})
	await settle(runner)
	assert.deepEqual((await ask(runner, '/health/secondary')).body.parts.azure!.facts, { identities: 0 })
	await runner.untilJob(await runner.start('vms'))
	await runner.end('SIGTERM')
	await runner.restart()
	await settle(runner)
	const signedIn = (await ask(runner, '/health/secondary')).body.parts.azure!
	assert.deepEqual([signedIn.status, signedIn.facts], ['up', { identities: 1 }])
	await simulator[Symbol.asyncDispose]()
	await runner.end('SIGTERM')
	await runner.restart()
	const { message } = await untilPart(runner, 'secondary', 'azure', 'down').then(async (first) => {
		await settle(runner)
		return (await ask(runner, '/health/secondary')).body.parts.azure ?? first
	})
	assert.match(message!, /^The runner's own identity: Signing in to Azure failed/)
	assert.equal((await ask(runner, '/health/secondary')).status, 503)
	assert.equal((await ask(runner, '/health/ready')).status, 200)
})

test.run()
