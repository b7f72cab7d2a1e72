import assert from 'node:assert/strict'
import { test } from 'uvu'
import { azureAccountScript } from '../support/azure-account.ts'
import { greets, importFrom, shortReport as short } from '../support/import-from.ts'
import { startRunner } from '../support/runner.ts'
import { scriptedServer } from '../support/scripted-server.ts'

test('a source that is busy is asked again, and one odd entry keeps nothing else from being imported', async () => {
	const busy = new Map<string, number>()
	await using azure = await scriptedServer((request, response) => {
		const { path } = request
		const times = busy.get(path) ?? 0
		busy.set(path, times + 1)
		if (/(runbooks|variables\/region)$/.test(path) && times < 2) {
			response.statusCode = times === 0 ? 429 : 503
			response.setHeader('retry-after', '0')
			return { code: 'Busy', message: 'Later.' }
		}
		const [, kind, name] = /automationAccounts\/[^/]+\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? []
		if (kind === 'runbooks' && name === undefined)
			return { value: ['..', 'gone', 'bare', 'report'].map((each) => ({ name: each, properties: {} })) }
		if (name === 'bare') return { name }
		return azureAccountScript(request, response)
	})
	await using runner = await startRunner({ runbooks: { greets }, webhooks: [] })
	const { code, report, stderr } = await importFrom(azure, { runner, folder: runner.folder }, '--dry-run')
	assert.equal(code, 0, stderr)
	const told = report.entries.filter(({ kind }) => kind === 'runbook').map(({ action, name, notes }) => [action, name, notes[0]])
	assert.deepEqual(told.slice(1), [
		['by hand', '..', "It could not be read: '..' cannot be a name."],
		['by hand', 'bare', 'It could not be read: What the account answers has no name or no properties.'],
	])
	assert.deepEqual(told[0]!.slice(0, 2), ['create', 'report'])
	assert.ok(short(report).includes('create variable region'))
	assert.ok(azure.requests.every(({ path }) => !path.endsWith('/runbooks/')))
})

test('an account that holds more than is imported is refused, and a source that others can read along with is told', async () => {
	await using runner = await startRunner({ runbooks: {}, webhooks: [] })
	const place = { runner, folder: runner.folder }
	const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `r${at}`, properties: {} }))
	await using azure = await scriptedServer(() => ({ value: many }))
	const tooMany = await importFrom(azure, place)
	assert.equal(tooMany.code, 2)
	assert.match(tooMany.stderr, /holds more than 10000 entries of one kind/)
	assert.equal(azure.requests.length, 1)
	const readable = await importFrom({ url: 'http://source.invalid' }, place)
	assert.equal(readable.code, 4)
	assert.match(readable.stderr, /^Warning: http:\/\/source\.invalid is plain http: the token can be read on the way\.\n/)
})

test('a source that stays busy, or asks for too long a wait, ends the import', async () => {
	await using runner = await startRunner({ runbooks: {}, webhooks: [] })
	for (const [retryAfter, asked] of [
		['0', 4],
		['3600', 1],
	] as const) {
		await using azure = await scriptedServer((_request, response) => {
			response.statusCode = 429
			response.setHeader('retry-after', retryAfter)
			return { code: 'TooManyRequests', message: 'Later.' }
		})
		const { code, stderr } = await importFrom(azure, { runner, folder: runner.folder })
		assert.equal(code, 1)
		assert.match(stderr, /^Error: Later\.\nTry again later\./)
		assert.equal(azure.requests.length, asked)
	}
})

test.run()
