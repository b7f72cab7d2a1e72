import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import type { Runbook } from '../../src/runbooks/runbook.ts'
import { generateUri, putWebhook, replaceWebhook } from '../../src/webhooks/manage-webhook.ts'
import { callability } from '../../src/webhooks/webhook.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const HOUR = 3_600_000
const publicUrl = 'https://hooks.example/prefix'
const runbook: Runbook = { name: 'deploy', file: '/deploy.ts', content: runbookContent({ Count: { type: 'string' } }) }
const tokenOf = (uri: string) => new URL(uri).searchParams.get('token')!

async function openWebhooks() {
	const place = await sqlitePlace()
	const storage = await place.open()
	const at = (now: number) => ({ webhooks: storage.webhooks, runbooks: { find: async () => runbook }, publicUrl, now })
	const dispose = async () => {
		await storage[Symbol.asyncDispose]()
		await place[Symbol.asyncDispose]()
	}
	return { webhooks: storage.webhooks, at, [Symbol.asyncDispose]: dispose }
}

test('a generated address is good for an hour, for one webhook, and with the base that it was given', async () => {
	await using world = await openWebhooks()
	const put = async (name: string, uri: string, now: number) => {
		const outcome = await putWebhook(world.at(now), { name, uri, runbookName: 'deploy', expiryTime: 10 * HOUR, parameters: { Count: '1' } })
		return 'message' in outcome ? outcome.message : outcome.kind
	}
	const [early, late] = [await generateUri(world.at(0)), await generateUri(world.at(0))]
	assert.equal(await put('late', late, HOUR + 1), 'Invalid uri.')
	assert.equal(await put('elsewhere', early.replace('hooks.example', 'other.example'), 1), 'Invalid uri.')
	assert.equal(await put('nowhere', 'no address', 1), 'Invalid uri.')
	assert.equal(await put('early', early, HOUR), 'created')
	assert.equal(await put('again', early, HOUR), 'Invalid uri.')
	assert.equal(await put('early', early, HOUR), 'kept')
})

test('the address of a replaced webhook is good until the overlap ends and then gone; the successor keeps what it was bound to', async () => {
	await using world = await openWebhooks()
	const created = await putWebhook(world.at(0), {
		name: 'w',
		runbookName: 'deploy',
		expiryTime: HOUR,
		parameters: { Count: '1' },
		isEnabled: false,
	})
	assert.ok('webhook' in created)
	const replaced = await replaceWebhook(world.at(10), { name: 'W', expiryTime: 20 * HOUR, overlapSeconds: 60 })
	assert.ok('webhook' in replaced)
	const { name, runbookName, parameters, isEnabled, expiryTime, creationTime } = replaced.webhook
	assert.deepEqual(
		[name, runbookName, parameters, isEnabled, expiryTime, creationTime],
		['w', 'deploy', { Count: '1' }, false, 20 * HOUR, 10],
	)
	await putWebhook(world.at(11), { name: 'w', isEnabled: true })
	const old = (await world.webhooks.findByTokenHash(hashToken(tokenOf(created.uri!))))!
	assert.deepEqual(
		[60_009, 60_010].map((now) => callability(old, now)),
		['callable', 'deleted'],
	)
	// Its own expiry holds during the overlap, too.
	assert.equal(callability({ ...old, deletedTime: 9 * HOUR }, HOUR), 'expired')
})

test('a replacement needs an expiry time ahead, at most ten years', async () => {
	await using world = await openWebhooks()
	await putWebhook(world.at(0), { name: 'w', runbookName: 'deploy', expiryTime: HOUR, parameters: { Count: '1' } })
	for (const expiryTime of [undefined, Number.NaN, 5, 3_654 * 24 * HOUR])
		assert.deepEqual(await replaceWebhook(world.at(5), { name: 'w', expiryTime, overlapSeconds: 0 }), {
			kind: 'badRequest',
			message: 'Invalid expiry time.',
		})
})

test('what guards a webhook is changed by what a request names, null takes it away, and its token stays as it was issued', async () => {
	await using world = await openWebhooks()
	const rateLimit = { calls: 1, seconds: 2 }
	const signature = { scheme: 'github' as const, secrets: [{ variable: 'a' }] }
	const asked = { name: 'w', runbookName: 'deploy', expiryTime: HOUR, parameters: { Count: '1' } }
	const change = async (protections: NonNullable<Parameters<typeof putWebhook>[1]['protections']>) => {
		const outcome = await putWebhook(world.at(1), { ...asked, protections })
		return 'message' in outcome ? outcome.message : outcome.webhook.protections
	}
	assert.deepEqual(await change({ rateLimit, bodyBytesMax: 5 }), { rateLimit, bodyBytesMax: 5 })
	assert.deepEqual(await change({ signature, bodyBytesMax: null }), { rateLimit, signature })
	assert.deepEqual(await change({ isTokenRequired: true, protectionMode: 'enforce' }), { rateLimit, signature })
	assert.equal(await change({ isTokenRequired: false }), "Property 'isTokenRequired' cannot be updated.")
	const uri = await generateUri(world.at(0))
	const named = await putWebhook(world.at(1), { ...asked, name: 'n', uri, protections: { isTokenRequired: false, signature } })
	assert.match('message' in named ? named.message : '', /is given no uri/)
	const created = await putWebhook(world.at(1), { ...asked, name: 'n', protections: { isTokenRequired: false, signature } })
	assert.equal('uri' in created && created.uri, `${publicUrl}/webhooks/n`)
	const next = await replaceWebhook(world.at(2), { name: 'n', expiryTime: 2 * HOUR, overlapSeconds: 0 })
	assert.equal('uri' in next && next.uri, `${publicUrl}/webhooks/n`)
	assert.equal((await world.webhooks.findTokenless('N'))?.expiryTime, 2 * HOUR)
	const file = await world.webhooks.create({ ...issuedWebhook, name: 'f', tokenHash: hashToken('f') }, 1)
	assert.match(
		JSON.stringify(await putWebhook(world.at(2), { name: file!.name, protections: { rateLimit } })),
		/declared in webhooks\.json/,
	)
})

test.run()
