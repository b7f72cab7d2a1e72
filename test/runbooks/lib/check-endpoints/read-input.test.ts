import { deepEqual, equal, rejects } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { type Input, readInput } from '../../../../runbooks/lib/check-endpoints/read-input.ts'
import { ReceivedWebhookData } from '../../../../src/runbooks/received-webhook-data.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const list = (name: string) => [{ name, url: 'http://localhost/' }]
const calledWith = (RequestBody: string) => new ReceivedWebhookData({ WebhookName: 'check', RequestHeader: {}, RequestBody })

/** What is checked with an input, where the folder holds two files. */
async function namesOf(input: Input): Promise<string> {
	using folder = temporaryFolder()
	writeFileSync(join(folder.path, 'check-endpoints.json'), JSON.stringify({ endpoints: list('of the default file') }))
	writeFileSync(join(folder.path, 'shops.json'), `\uFEFF${JSON.stringify(list('of the file'))}`)
	return (await readInput(input, folder.path)).endpoints.map(({ name }) => name).join()
}

const body = calledWith(JSON.stringify({ endpoints: list('of the body') }))
for (const [input, name] of [
	[{}, 'of the default file'],
	[{ WebhookData: null }, 'of the default file'],
	[{ WebhookData: calledWith(' \n') }, 'of the default file'],
	[{ WebhookData: body }, 'of the body'],
	[{ WebhookData: calledWith(JSON.stringify(list('of the body'))) }, 'of the body'],
	[{ WebhookData: body, file: 'shops.json' }, 'of the file'],
	[{ WebhookData: body, endpoints: list('of the parameter') }, 'of the parameter'],
	[{ endpoints: list('of the parameter') }, 'of the parameter'],
] as const) {
	test(`with ${Object.keys(input).join(' and ') || 'nothing'} the endpoints are those ${name}`, async () => {
		equal(await namesOf({ ...input } as Input), name)
	})
}

test('locations and repeat as parameters come before those of the list', async () => {
	const WebhookData = calledWith(JSON.stringify({ endpoints: list('a'), locations: ['there'], repeat: 2 }))
	const listed = await readInput({ WebhookData }, '/nowhere')
	deepEqual([listed.locations, listed.repeat], [['there'], 2])
	const given = await readInput({ WebhookData, locations: ['here'], repeat: 3 }, '/nowhere')
	deepEqual([given.locations, given.repeat], [['here'], 3])
})

for (const [input, message] of [
	[{ file: 'a.json', endpoints: list('a') }, "The parameters 'endpoints' and 'file' exclude each other: give one of them."],
	[{ file: 'none.json' }, 'No endpoints were given, and the file none.json cannot be read: ENOENT.'],
	[
		{ endpoints: [{ name: 'a' }] },
		"The parameter 'endpoints' cannot be used: endpoints[0].url: Invalid input: expected string, received undefined.",
	],
	[
		{ WebhookData: calledWith('{"ref":"main"}') },
		/^WebhookData\.RequestBody cannot be used: endpoints: Invalid input: .*; Unrecognized key: "ref"\.$/,
	],
	[{ WebhookData: calledWith('not JSON') }, 'WebhookData.RequestBody is not JSON: not JSON'],
	...['../a.json', 'a/../../b.json', '/etc/a.json', 'a.txt', '.env.json'].map((file) => [
		{ file },
		"The parameter 'file' must be the name of a .json file within the runbooks folder.",
	]),
] as [Input, string | RegExp][]) {
	test(`it is refused: ${message}`, async () => {
		using folder = temporaryFolder()
		await rejects(readInput(input, folder.path), { message })
	})
}

for (const [secret, kind] of [
	[{ auth: { credential: 'shop' } }, 'credential'],
	[{ headers: { 'x-key': { variable: 'health-key' } } }, 'variable'],
] as const) {
	test(`parameters and files may name a ${kind}; who calls the webhook may not`, async () => {
		const endpoints = [{ ...list('a')[0], ...secret }]
		equal((await readInput({ endpoints }, '/nowhere')).endpoints.length, 1)
		using folder = temporaryFolder()
		writeFileSync(join(folder.path, 'check-endpoints.json'), JSON.stringify(endpoints))
		equal((await readInput({}, folder.path)).endpoints.length, 1)
		await rejects(readInput({ WebhookData: calledWith(JSON.stringify(endpoints)) }, folder.path), {
			message: `WebhookData.RequestBody may not name a ${kind}: only the runbook's parameters and files may.`,
		})
	})
}

test('of a file that is no JSON the place is told, not the text', async () => {
	using folder = temporaryFolder()
	writeFileSync(join(folder.path, 'check-endpoints.json'), '{\n\t"auth": secret\n}')
	await rejects(readInput({}, folder.path), {
		message: 'The file check-endpoints.json is not JSON.',
	})
	writeFileSync(join(folder.path, 'check-endpoints.json'), '{ "auth": "secret" "a" }')
	await rejects(readInput({}, folder.path), {
		message: /^The file check-endpoints\.json is not JSON, at position 19 \(line 1 column 20\)\.$/,
	})
})

test('a file that is too large is refused', async () => {
	using folder = temporaryFolder()
	writeFileSync(join(folder.path, 'check-endpoints.json'), ' '.repeat(600_000))
	await rejects(readInput({}, folder.path), { message: 'The file check-endpoints.json is too large: at most 524288 bytes.' })
})

test.run()
