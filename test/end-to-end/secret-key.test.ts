import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { account, automationClient, group } from '../support/automation-client.ts'
import { runnerFolder, runToEnd } from '../support/run-to-end.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const COUNT = 400
const secretOf = (index: number) => `value ${index} `.repeat(200)
const hashes = runbookText(
	`for (let from = 0; from < ${COUNT}; from += 50) {
		const values = await Promise.all(Array.from({ length: 50 }, (_, index) => variable('v' + (from + index))))
		for (const value of values) output(hash('sha256', value))
	}`,
	{ head: `import { hash } from 'node:crypto'` },
)
const rotatePath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook/rotateSecretKey'
const keyFile = (runner: Runner) => join(runner.folder, 'data/secret.key')
const keysIn = (runner: Runner) => readFileSync(keyFile(runner), 'utf8').trimEnd().split('\n')

/** How many values are sealed with each key. */
function counts(runner: Runner): number[] {
	using database = new DatabaseSync(join(runner.folder, 'data/runhook.sqlite'), { readOnly: true })
	const rows = database.prepare('SELECT count(*) AS count FROM assets GROUP BY key_id').all()
	return rows.map((row) => Number(row.count))
}

async function fill({ variable }: ReturnType<typeof automationClient>): Promise<void> {
	for (let from = 0; from < COUNT; from += 50)
		await Promise.all(
			Array.from({ length: 50 }, (_, index) => {
				const given = { name: `v${from + index}`, value: JSON.stringify(secretOf(from + index)), isEncrypted: true }
				return variable.createOrUpdate(group, account, given.name, given)
			}),
		)
}

async function assertReadable(runner: Runner): Promise<void> {
	const jobId = await runner.start('hashes')
	const { status, exception } = (await runner.untilJob(jobId)).properties
	assert.equal(status, 'Completed', exception ?? '')
	const expected = Array.from({ length: COUNT }, (_, index) => hash('sha256', secretOf(index)))
	assert.deepEqual((await runner.output(jobId)).trimEnd().split('\n'), expected)
}

test('a runner that is killed in the middle of a rotation loses nothing, and brings it to its end at the next start', async () => {
	await using runner = await startRunner({ runbooks: { hashes } })
	await fill(automationClient(runner))
	const [before] = keysIn(runner)
	const rotating = runner.manage(rotatePath, { method: 'POST' }).catch(() => undefined)
	await until('some values are sealed with the new key', () => counts(runner).length === 2)
	await runner.end('SIGKILL')
	assert.equal(await rotating, undefined)
	assert.equal(counts(runner).length, 2)
	assert.deepEqual([keysIn(runner).length, keysIn(runner)[1]], [2, before])
	await runner.restart()
	assert.deepEqual([keysIn(runner).length, counts(runner)], [1, [COUNT]])
	assert.equal(statSync(keyFile(runner)).mode & 0o777, 0o600)
	await assertReadable(runner)

	const response = await runner.manage(rotatePath, { method: 'POST' })
	const { keyId, ...rotated } = (await response.json()) as { keyId: string }
	assert.match(keyId, /^[0-9a-f]{16}$/)
	assert.deepEqual([response.status, rotated, keysIn(runner).length], [200, { resealedCount: COUNT, damaged: [] }, 1])
	await assertReadable(runner)
})

const one = Buffer.alloc(32, 1).toString('base64')
const two = Buffer.alloc(32, 2).toString('hex')

test('a start with another key is refused in one sentence; with both, the new one takes over', async () => {
	using folder = runnerFolder({}, '{"webhooks":[]}')
	const start = (RUNHOOK_SECRET_KEY: string) =>
		startRunner({ runbooks: {}, environment: { RUNHOOK_DATA_DIR: join(folder.path, 'data'), RUNHOOK_SECRET_KEY } })
	{
		await using runner = await start(one)
		const { credential } = automationClient(runner)
		await credential.createOrUpdate(group, account, 'login', { name: 'login', userName: 'ada', password: 'a password' })
		const refused = await runner.manage(rotatePath, { method: 'POST' })
		assert.equal(refused.status, 409)
		assert.match(((await refused.json()) as { message: string }).message, /^The key is set by RUNHOOK_SECRET_KEY: put a new one before it/)
	}
	const environment = { RUNHOOK_ADMIN_TOKEN: adminToken, RUNHOOK_LOG_LEVEL: 'error' }
	for (const [RUNHOOK_SECRET_KEY, sentence] of [
		[
			two,
			/^The variables and credentials in the store are sealed with the secret key [0-9a-f]{16}, and RUNHOOK_SECRET_KEY does not hold it: .*\n$/,
		],
		['', /^The variables and credentials .* and it is neither in \/.*\/secret\.key nor in RUNHOOK_SECRET_KEY: give it back, .*\n$/],
		['nonsense', /^RUNHOOK_SECRET_KEY: its value cannot be used; allowed is 32 bytes as 64 hex digits or as base64; .*\n$/],
	] as const) {
		const { code, printed, logged } = await runToEnd(folder.path, { ...environment, RUNHOOK_SECRET_KEY })
		assert.deepEqual([code, printed], [1, ''], logged)
		assert.match(logged, sentence)
	}
	for (const keys of [`${two}, ${one}`, two]) {
		await using runner = await start(keys)
		assert.equal((await automationClient(runner).credential.get(group, account, 'login')).userName, 'ada')
	}
	assert.equal((await runToEnd(folder.path, { ...environment, RUNHOOK_SECRET_KEY: one })).code, 1)
})

test('without a stored secret a lost or changed key is no matter; a key file that is no key stops the start', async () => {
	await using runner = await startRunner({ runbooks: {} })
	await automationClient(runner).variable.createOrUpdate(group, account, 'plain', { name: 'plain', value: '1' })
	await runner.end('SIGTERM')
	rmSync(keyFile(runner))
	await runner.restart()
	assert.equal((await automationClient(runner).variable.get(group, account, 'plain')).value, '1')
	await runner.end('SIGTERM')
	writeFileSync(keyFile(runner), 'x\n')
	await assert.rejects(runner.restart(), /The key file .* is damaged: each line of it must hold 32 bytes in base64\./)
})

test.run()
