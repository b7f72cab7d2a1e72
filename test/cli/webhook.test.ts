import assert from 'node:assert/strict'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

const greet = runbookText('output(parameters.WebhookData.RequestBody)', {
	declares: 'parameters: z.object({ target: z.string(), WebhookData: WebhookData.optional() }),',
})

type Body = { name: string; properties: { uri?: string; isEnabled: boolean; expiryTime: string; overlapEndTime?: string } }

async function openPlace() {
	const runner = await startRunner({ runbooks: { greet }, webhooks: [{ name: 'declared', runbook: 'greet', parameters: { target: 'x' } }] })
	const run = (...words: string[]) => runCommand(['webhook', ...words], { environment: letInto(runner) })
	return {
		runner,
		run,
		/** Runs a command that has to succeed; resolves with what the API answered. */
		async done(...words: string[]): Promise<Body> {
			const { code, stdout, stderr } = await run(...words)
			assert.equal(code, 0, stderr)
			return JSON.parse(stdout) as Body
		},
		status: async (url: string | undefined) => (await fetch(url!, { method: 'POST', body: 'called' })).status,
		[Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
	}
}

test('a webhook is created with its URL, held, shown, listed and deleted', async () => {
	await using place = await openPlace()
	const { run, done, status } = place
	const created = await done('create', 'deploy', '--runbook', 'greet', '--expires', '2030-01-31', '--parameter', 'target=all')
	assert.equal(created.name, 'deploy')
	assert.equal(created.properties.expiryTime, '2030-01-31T00:00:00.000Z')
	const url = created.properties.uri
	assert.equal(await status(url), 202)

	assert.equal((await done('disable', 'deploy')).properties.isEnabled, false)
	assert.equal(await status(url), 400)
	assert.equal((await done('enable', 'deploy')).properties.isEnabled, true)
	assert.equal(await status(url), 202)

	assert.ok(!(await done('show', 'deploy')).properties.uri)
	const { value } = (await done('list', '--runbook', 'greet')) as unknown as { value: Body[] }
	assert.deepEqual(
		value.map(({ name }) => name),
		['declared', 'deploy'],
	)
	assert.deepEqual(await run('delete', 'deploy'), { code: 0, stdout: '', stderr: '' })
	assert.equal(await status(url), 404)
})

test('a replaced webhook has a new URL, and its old one for as long as was said', async () => {
	await using place = await openPlace()
	const { done, status } = place
	const create = (name: string) =>
		done('create', name, '--runbook', 'greet', '--expires', '1h', '--parameter', 'target=all', '--output', 'json')
	const one = await create('one')
	const replaced = await done('replace', 'one', '--expires', '30d', '--overlap', '1h')
	const days = (Date.parse(replaced.properties.expiryTime) - Date.now()) / 86_400_000
	assert.ok(days > 29.9 && days <= 30, `${days} days`)
	assert.deepEqual([await status(one.properties.uri), await status(replaced.properties.uri)], [202, 202])
	const two = await create('two')
	const atOnce = await done('replace', 'two', '--expires', '30d', '--overlap', '0s')
	assert.notEqual(await status(two.properties.uri), 202)
	assert.equal(await status(atOnce.properties.uri), 202)
})

test('what is missing or cannot be is refused by name', async () => {
	await using place = await openPlace()
	const { run } = place
	const refused = async (code: number, words: RegExp, ...command: string[]) => {
		const end = await run(...command)
		assert.equal(end.stdout, '')
		assert.equal(end.code, code, end.stderr)
		assert.match(end.stderr, words)
	}
	await refused(1, /'target' is mandatory/, 'create', 'deploy', '--runbook', 'greet', '--expires', '1d')
	await refused(1, /no parameter 'tarket'/, 'create', 'deploy', '--runbook', 'greet', '--expires', '1d', '--parameter', 'tarket=x')
	await refused(1, /no runbook 'none'[\s\S]*runhook runbook list/, 'create', 'deploy', '--runbook', 'none', '--expires', '1d')
	await refused(2, /--expires <when>/, 'create', 'deploy', '--runbook', 'greet')
	await refused(2, /--expires 2020-01-01 has passed/, 'create', 'deploy', '--runbook', 'greet', '--expires', '2020-01-01')
	await refused(1, /Invalid expiry time/, 'create', 'x', '--runbook', 'greet', '--expires', '11y', '--parameter', 'target=x')
	await refused(1, /no webhook 'deploy'[\s\S]*runhook webhook list/, 'show', 'deploy')
	await refused(1, /declared in webhooks\.json/, 'delete', 'declared', '--yes')
	await refused(2, /'\.\.' cannot be a name/, 'delete', '..')
	await refused(2, /--limit[\s\S]*whole number/, 'list', '--limit', '0')
})

test('people read a table, and the URL is marked as what is shown once', async () => {
	await using place = await openPlace()
	const { run } = place
	const create = ['create', 'deploy', '--runbook', 'greet', '--expires', '2030-01-31', '--parameter', 'target=all', '--output', 'table']
	const created = await run(...create)
	assert.match(
		created.stdout,
		/^Name +deploy\nRunbook +greet\nState +enabled\nExpires +2030-01-3[01] [\s\S]*URL +http\S+\n +It is shown this once/,
	)
	assert.match((await run('show', 'declared', '--output', 'table')).stdout, /\nDeclared in +webhooks\.json\n/)
	const again = await run(...create)
	assert.equal(again.code, 0)
	assert.match(again.stderr, /was there already/)
	assert.doesNotMatch(again.stdout, /URL/)
	const listed = await run('list', '--limit', '1', '--output', 'table')
	assert.match(
		listed.stdout,
		/^NAME +RUNBOOK +STATE +EXPIRES +LAST CALLED\ndeclared +greet +enabled +20\d\d-\d\d-\d\d [\d:]+ \(in \d+ years\)\n$/,
	)
	assert.match(listed.stderr, /--limit shows more/)
	assert.equal((await run('delete', 'deploy', '--output', 'table')).stdout, "The webhook 'deploy' was deleted.\n")
	const empty = await run('list', '--runbook', 'other', '--output', 'table')
	assert.deepEqual([empty.stdout, empty.stderr], ['', 'There are no webhooks.\n'])
})

test.run()
