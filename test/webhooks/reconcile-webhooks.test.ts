import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { applyPlan, planReconcile } from '../../src/webhooks/reconcile-webhooks.ts'
import type { Webhook } from '../../src/webhooks/webhook.ts'
import type { WebhookEntry } from '../../src/webhooks/webhooks-file.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'
import { keptLog } from '../support/kept-log.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const { expiryTime } = issuedWebhook
const entry: WebhookEntry = {
	name: 'deploy',
	runbookName: 'deploy',
	expiryTime,
	isEnabled: true,
	parameters: { Count: 3, Tags: ['a', 'b'] },
	description: null,
	allowedOrigins: [],
	protections: {},
	tokenHash: null,
}
const webhook: Webhook = {
	...issuedWebhook,
	webhookId: 7,
	tokenHash: hashToken('issued'),
	parameters: { Tags: ['a', 'b'], Count: 3 },
}
const nothing = { create: [], update: [], delete: [], refused: [] }

test('a file that agrees with the store asks for nothing, whatever the case of names and the order of members', () => {
	assert.deepEqual(planReconcile([entry], [webhook]), nothing)
	assert.deepEqual(planReconcile([{ ...entry, name: 'DEPLOY', runbookName: 'Deploy', tokenHash: webhook.tokenHash }], [webhook]), nothing)
	assert.deepEqual(planReconcile([], []), nothing)
})

test('a new entry is created, an entry that is gone is deleted, a renamed one is both', () => {
	const renamed = { ...entry, name: 'release' }
	assert.deepEqual(planReconcile([entry], []), { ...nothing, create: [entry] })
	assert.deepEqual(planReconcile([], [webhook]), { ...nothing, delete: [webhook] })
	assert.deepEqual(planReconcile([renamed], [webhook]), { ...nothing, create: [renamed], delete: [webhook] })
})

test('isEnabled and description follow the file', () => {
	assert.deepEqual(planReconcile([{ ...entry, isEnabled: false, description: 'Deploys.' }], [webhook]).update, [
		{ webhook, change: { isEnabledInFile: false, description: 'Deploys.' } },
	])
	assert.deepEqual(planReconcile([entry], [{ ...webhook, description: 'Deploys.' }]).update, [
		{ webhook: { ...webhook, description: 'Deploys.' }, change: { description: null } },
	])
})

test('the file does not switch on what the operator switched off, nor the other way round', () => {
	assert.deepEqual(planReconcile([entry], [{ ...webhook, isEnabled: false }]), nothing)
})

test('what is fixed since the URL was issued is refused member by member, and the rest of the entry still followed', () => {
	const changed = { ...entry, runbookName: 'other', expiryTime: 0, parameters: {}, tokenHash: hashToken('mine'), isEnabled: false }
	const plan = planReconcile([changed], [webhook])
	assert.deepEqual(
		plan.refused.map(({ webhookName, reason }) => [webhookName, reason.slice(0, reason.indexOf(' is fixed since its URL was issued'))]),
		[
			['deploy', "'runbook'"],
			['deploy', "'expiryTime'"],
			['deploy', "'parameters'"],
			['deploy', "'tokenHash'"],
		],
	)
	assert.deepEqual(plan.update, [{ webhook, change: { isEnabledInFile: false } }])
	assert.deepEqual([plan.create, plan.delete], [[], []])
})

test('what guards a webhook follows the file; whether its token is required is fixed', () => {
	const signature = { scheme: 'github' as const, secrets: [{ variable: 'a' }] }
	const guarded = { ...webhook, protections: { signature } }
	assert.deepEqual(planReconcile([{ ...entry, protections: { signature } }], [guarded]), nothing)
	assert.deepEqual(planReconcile([entry], [guarded]).update, [{ webhook: guarded, change: { protections: {} } }])
	const asked = planReconcile([{ ...entry, protections: { isTokenRequired: false, signature } }], [webhook])
	// The signature is asked for at once, beside the token.
	assert.deepEqual(asked.update, [{ webhook, change: { protections: { signature } } }])
	assert.equal(asked.refused.length, 1)
	assert.match(asked.refused[0]!.reason, /^'isTokenRequired' is fixed/)
	// Without its token a webhook is never left without a guard.
	const tokenless = { ...webhook, protections: { isTokenRequired: false, signature } }
	const opened = planReconcile([entry], [tokenless])
	assert.deepEqual([opened.update, opened.refused.length], [[], 1])
})

test('a webhook of the API is left alone, and an entry of its name is refused', () => {
	const ofApi: Webhook = { ...webhook, origin: 'api' }
	assert.deepEqual(planReconcile([], [ofApi]), nothing)
	assert.deepEqual(planReconcile([{ ...entry, isEnabled: false }], [ofApi]), {
		...nothing,
		refused: [{ webhookName: 'deploy', reason: 'A webhook of this name was created through the API: choose another name.' }],
	})
})

test('what a file asks for is carried out once: a second look at the same file finds nothing to do', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const entries = [
		entry,
		{ ...entry, name: 'own', tokenHash: hashToken('own'), isEnabled: false, description: 'Mine.', parameters: { Zero: -0 } },
	]
	const issued: string[] = []
	const parts = {
		webhooks: storage.webhooks,
		audit: storage.audit,
		log: keptLog(),
		now: 1,
		issued: ({ name }: Webhook, token: string) => issued.push(name, hashToken(token)),
	}
	await applyPlan(planReconcile(entries, await storage.webhooks.list()), parts)
	const kept = await storage.webhooks.list()
	assert.deepEqual(issued, ['deploy', kept[0]!.tokenHash])
	assert.equal(kept[1]!.tokenHash, hashToken('own'))
	assert.deepEqual(planReconcile(entries, kept), nothing)
})

test('a token hash that any webhook had before is refused by a log line, and no token is issued for it', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const own = { ...entry, tokenHash: hashToken('own') }
	const log = keptLog()
	const issued: string[] = []
	const parts = { webhooks: storage.webhooks, audit: storage.audit, log, now: 1, issued: ({ name }: Webhook) => issued.push(name) }
	await applyPlan(planReconcile([own], []), parts)
	await applyPlan(planReconcile([{ ...own, name: 'renamed' }], await storage.webhooks.list()), parts)
	assert.deepEqual(await storage.webhooks.list(), [])
	assert.deepEqual(
		log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => [fields.webhookName, fields.reason]),
		[['renamed', 'Its tokenHash was used before, and a token is used once: make a new one.']],
	)
	assert.deepEqual(issued, [])
})

test('an entry may take over the name of one that is deleted in the same change', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const parts = { webhooks: storage.webhooks, audit: storage.audit, log: keptLog(), now: 1, issued: () => undefined }
	await applyPlan(planReconcile([entry], []), parts)
	const [old] = await storage.webhooks.list()
	await applyPlan({ ...nothing, create: [{ ...entry, runbookName: 'other' }], delete: [old!] }, parts)
	assert.deepEqual(
		(await storage.webhooks.list()).map(({ name, runbookName }) => [name, runbookName]),
		[['deploy', 'other']],
	)
})

test.run()
