import assert from 'node:assert/strict'
import { test } from 'uvu'
import { GENERATED_URIS_MAX } from '../../src/limits.ts'
import type { NewWebhook } from '../../src/webhooks/webhook.ts'
import { hashToken } from '../../src/webhooks/webhook-token.ts'
import { until } from '../support/until.ts'
import type { NewStorePlace } from './store-place.ts'

const deploy: NewWebhook = {
	name: 'deploy',
	tokenHash: hashToken('deploy'),
	runbookName: 'deploy',
	parameters: { Count: 3, Nested: { text: 'a\u0000"é😀', nothing: null } },
	description: null,
	allowedOrigins: [],
	origin: 'file',
	isEnabled: true,
	isEnabledInFile: true,
	expiryTime: 4_000_000_000_000,
}

export function webhookCases(newPlace: NewStorePlace): void {
	test('a webhook is found by its token hash as it was made, and by no other', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create(deploy, 5)
		assert.deepEqual(created, {
			...deploy,
			webhookId: created!.webhookId,
			isEnabled: true,
			expiredTime: null,
			creationTime: 5,
			lastModifiedTime: 5,
			lastInvokedTime: null,
			deletedTime: null,
		})
		assert.deepEqual(await storage.webhooks.findByTokenHash(deploy.tokenHash), created)
		assert.equal(await storage.webhooks.findByTokenHash(hashToken('other')), undefined)
	})

	test('webhooks are listed by name', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		for (const name of ['b', 'C', 'a']) await storage.webhooks.create({ ...deploy, name, tokenHash: hashToken(name) }, 5)
		const names = (await storage.webhooks.list()).map(({ name }) => name)
		assert.deepEqual(names, ['a', 'b', 'C'])
	})

	test('of two webhooks of one name that are made at once one is kept, names without regard to case', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const made = await Promise.all([
			storage.webhooks.create(deploy, 5),
			other.webhooks.create({ ...deploy, name: 'DEPLOY', tokenHash: hashToken('other') }, 5),
		])
		assert.equal(made.filter((webhook) => webhook !== undefined).length, 1)
		assert.equal((await storage.webhooks.list()).length, 1)
	})

	test('of two webhooks of one token hash that are made at once one is kept', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const made = await Promise.all([storage.webhooks.create(deploy, 5), other.webhooks.create({ ...deploy, name: 'other' }, 5)])
		assert.equal(made.filter((webhook) => webhook !== undefined).length, 1)
		assert.equal((await storage.webhooks.list()).length, 1)
	})

	test("a deleted webhook's token hash is found for ever and never used again, its name is free", async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create({ ...deploy, description: 'Deploys.' }, 5)
		await storage.webhooks.delete(created!, 6)
		const deleted = await storage.webhooks.findByTokenHash(deploy.tokenHash)
		assert.deepEqual([deleted?.deletedTime, deleted?.parameters, deleted?.description], [6, {}, null])
		assert.deepEqual(await storage.webhooks.list(), [])
		assert.equal(await storage.webhooks.create(deploy, 7), undefined)
		assert.equal(await storage.webhooks.create({ ...deploy, name: 'other' }, 7), undefined)
		assert.notEqual(await storage.webhooks.create({ ...deploy, tokenHash: hashToken('next') }, 7), undefined)
		assert.equal((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.deletedTime, 6)
	})

	test('a change writes what it names and leaves the rest', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create(deploy, 5)
		await storage.webhooks.update(created!, { isEnabled: false }, 6)
		await storage.webhooks.update(created!, { isEnabledInFile: false, description: 'Deploys.' }, 7)
		assert.deepEqual(await storage.webhooks.findByTokenHash(deploy.tokenHash), {
			...created,
			isEnabled: false,
			isEnabledInFile: false,
			description: 'Deploys.',
			lastModifiedTime: 7,
		})
		await storage.webhooks.update(created!, { description: null }, 8)
		assert.equal((await storage.webhooks.list())[0]!.description, null)
	})

	test('a replaced webhook keeps its URL until the overlap ends; its successor has its name', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create(deploy, 5)
		const next = { ...deploy, tokenHash: hashToken('next'), expiryTime: 99 }
		const successor = await storage.webhooks.replace(created!.webhookId, next, { at: 6, until: 20 })
		assert.deepEqual(await storage.webhooks.findByName('DEPLOY'), successor)
		assert.deepEqual([successor?.expiryTime, successor?.creationTime, successor?.lastInvokedTime], [99, 6, null])
		assert.deepEqual((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.deletedTime, 20)
		assert.equal((await storage.webhooks.list()).length, 1)
		// Who switches the webhook off means its earlier URL, too; and so does who deletes it.
		await storage.webhooks.update(successor!, { isEnabled: false }, 7)
		assert.equal((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.isEnabled, false)
		await storage.webhooks.delete(successor!, 8)
		assert.equal((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.deletedTime, 8)
	})

	test('of two replacements at once one wins', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const { webhookId } = (await storage.webhooks.create(deploy, 5))!
		const times = { at: 6, until: 20 }
		const made = await Promise.all([
			storage.webhooks.replace(webhookId, { ...deploy, tokenHash: hashToken('one') }, times),
			other.webhooks.replace(webhookId, { ...deploy, tokenHash: hashToken('two') }, times),
		])
		assert.equal(made.filter((webhook) => webhook !== undefined).length, 1)
	})

	test('a generated address is known until it is used, a bounded number of them', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await storage.webhooks.keepGenerated(deploy.tokenHash, 5)
		assert.deepEqual(await Promise.all([5, 6].map((since) => storage.webhooks.isGenerated(deploy.tokenHash, since))), [true, false])
		await storage.webhooks.create(deploy, 6)
		assert.equal(await storage.webhooks.isGenerated(deploy.tokenHash, 0), false)
		for (let number = 0; number <= GENERATED_URIS_MAX; number++) await storage.webhooks.keepGenerated(`hash ${number}`, number)
		const known = await Promise.all([0, 1].map((number) => storage.webhooks.isGenerated(`hash ${number}`, 0)))
		assert.deepEqual(known, [false, true])
	})

	test('the first time a webhook was seen expired is kept', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create(deploy, 5)
		for (const at of [6, 7]) await storage.webhooks.markExpired(created!.webhookId, at)
		assert.equal((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.expiredTime, 6)
	})

	test('of many calls of a webhook the last one is noted', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const created = await storage.webhooks.create(deploy, 5)
		for (let at = 1; at <= 100; at++) storage.webhooks.noteInvoked(created!.webhookId, at)
		await until('the last call is noted', async () => (await storage.webhooks.list())[0]!.lastInvokedTime === 100)
	})
}
