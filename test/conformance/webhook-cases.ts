import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { GENERATED_URIS_MAX } from '../../src/limits.ts'
import type { NewWebhook } from '../../src/webhooks/webhook.ts'
import { clockAt } from '../support/clock-at.ts'
import { until } from '../support/until.ts'
import type { NewStorePlace } from './store-place.ts'

const deploy: NewWebhook = {
	name: 'deploy',
	tokenHash: hashToken('deploy'),
	runbookName: 'deploy',
	parameters: { Count: 3, Nested: { text: 'a\u0000"é😀', nothing: null } },
	description: null,
	allowedOrigins: [],
	protections: {},
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

	test('a webhook that is called by its name is found by it, without regard to case, until it is deleted', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const protections = { isTokenRequired: false, signature: { scheme: 'github' as const, secrets: [{ variable: 'a' }] } }
		const named = await storage.webhooks.create({ ...deploy, protections }, 5)
		await storage.webhooks.create({ ...deploy, name: 'other', tokenHash: hashToken('other') }, 5)
		assert.deepEqual(await storage.webhooks.findTokenless('DEPLOY'), named)
		assert.deepEqual([await storage.webhooks.findTokenless('other'), await storage.webhooks.findTokenless('none')], [undefined, undefined])
		const next = { tokenHash: hashToken('next'), expiryTime: 99 }
		const successor = await storage.webhooks.replace(named!.webhookId, next, { at: 6, until: 20 })
		assert.deepEqual(successor?.protections, protections)
		assert.deepEqual(await storage.webhooks.findTokenless('deploy'), successor)
		await storage.webhooks.update(successor!, { protections: { ...protections, bodyBytesMax: 5 } }, 7)
		assert.equal((await storage.webhooks.findTokenless('deploy'))?.protections.bodyBytesMax, 5)
		await storage.webhooks.delete(successor!, 8)
		assert.equal(await storage.webhooks.findTokenless('deploy'), undefined)
		assert.deepEqual((await storage.webhooks.findByTokenHash(next.tokenHash))?.protections, {})
	})

	test('each day before the expiry is noted once, and no longer ago than one that is nearer', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { webhookId } = (await storage.webhooks.create(deploy, 5))!
		const note = (days: number) => storage.webhooks.noteExpiryWarning(webhookId, days)
		assert.deepEqual([await note(7), await note(7), await note(30), await note(1), await note(1)], [true, false, false, true, false])
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
		const next = { tokenHash: hashToken('next'), expiryTime: 99 }
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

	test('what was disabled or deleted before it is replaced stays so', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const read = (await storage.webhooks.create(deploy, 5))!
		await storage.webhooks.update(read, { isEnabled: false }, 5)
		const next = { tokenHash: hashToken('next'), expiryTime: 99 }
		assert.equal((await storage.webhooks.replace(read.webhookId, next, { at: 6, until: 20 }))?.isEnabled, false)
		// Who read the webhook before it was replaced means the one of that name.
		await storage.webhooks.update(read, { isEnabled: true }, 7)
		assert.equal((await storage.webhooks.findByName('deploy'))?.isEnabled, true)
		await storage.webhooks.delete(read, 8)
		assert.equal(await storage.webhooks.findByName('deploy'), undefined)
		const again = { tokenHash: hashToken('again'), expiryTime: 99 }
		for (const { webhookId } of [read, (await storage.webhooks.findByTokenHash(next.tokenHash))!])
			assert.equal(await storage.webhooks.replace(webhookId, again, { at: 8, until: 8 }), undefined)
		for (const tokenHash of [deploy.tokenHash, next.tokenHash]) {
			const gone = await storage.webhooks.findByTokenHash(tokenHash)
			assert.deepEqual([gone?.deletedTime, gone?.parameters], [8, {}])
		}
	})

	test('of a webhook whose overlap has ended only the hash of its token is kept', async () => {
		await using place = await newPlace()
		const clock = clockAt('1970-01-01T00:00:00Z')
		await using storage = await place.open({ clock })
		const { webhookId } = (await storage.webhooks.create({ ...deploy, description: 'Deploys.' }, 5))!
		await storage.webhooks.replace(webhookId, { tokenHash: hashToken('next'), expiryTime: 99 }, { at: 6, until: 20 })
		await storage.webhooks.forgetReplaced(19)
		assert.equal((await storage.webhooks.findByTokenHash(deploy.tokenHash))?.description, 'Deploys.')
		await storage.webhooks.forgetReplaced(20)
		// What a store has in memory it reads again at a change.
		clock.move(500)
		await storage.webhooks.update((await storage.webhooks.findByName('deploy'))!, { description: 'Next.' }, 21)
		const old = await storage.webhooks.findByTokenHash(deploy.tokenHash)
		assert.deepEqual([old?.description, old?.parameters, old?.deletedTime], [null, {}, 20])
		assert.deepEqual((await storage.webhooks.findByName('deploy'))?.parameters, deploy.parameters)
		assert.deepEqual((await storage.webhooks.listValid(19)).length, 2)
		assert.deepEqual((await storage.webhooks.listValid(20)).length, 1)
	})

	test('names are the same without regard to case, in any script', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await storage.webhooks.create({ ...deploy, name: 'Ärger' }, 5)
		assert.equal((await storage.webhooks.findByName('äRGER'))?.name, 'Ärger')
		assert.equal(await storage.webhooks.create({ ...deploy, name: 'ärger', tokenHash: hashToken('other') }, 6), undefined)
	})

	test('a generated address that is taken by a webhook of another name stays good when its own was refused', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await storage.webhooks.create(deploy, 5)
		const tokenHash = hashToken('generated')
		await storage.webhooks.keepGenerated(tokenHash, 5)
		assert.equal(await storage.webhooks.create({ ...deploy, tokenHash }, 6), undefined)
		assert.equal(await storage.webhooks.isGenerated(tokenHash, 0), true)
	})

	test('of two replacements at once one wins', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const { webhookId } = (await storage.webhooks.create(deploy, 5))!
		const times = { at: 6, until: 20 }
		const made = await Promise.all([
			storage.webhooks.replace(webhookId, { tokenHash: hashToken('one'), expiryTime: 9 }, times),
			other.webhooks.replace(webhookId, { tokenHash: hashToken('two'), expiryTime: 9 }, times),
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
