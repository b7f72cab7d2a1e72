import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { StoreUnavailableError } from '../../src/errors.ts'
import type { RunbookCatalog } from '../../src/runbooks/runbook-catalog.ts'
import { enforceWebhooksFile, watchWebhooksFile } from '../../src/webhooks/watch-webhooks-file.ts'
import type { Webhook } from '../../src/webhooks/webhook.ts'
import type { WebhookStore } from '../../src/webhooks/webhook-store.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** A folder with webhooks.json and a store in memory that only creates. */
function openWorld(...names: string[]) {
	const folder = temporaryFolder()
	const file = join(folder.path, 'webhooks.json')
	const kept: Webhook[] = []
	const runbooks = { find: async () => ({ name: 'deploy', file: 'deploy.ts', content: runbookContent() }) } as unknown as RunbookCatalog
	const parts = () => ({
		file,
		webhooks: store as unknown as WebhookStore,
		audit: { append: async () => undefined },
		runbooks,
		clock: world.clock,
		log: world.log,
	})
	const world = {
		file,
		kept,
		clock: clockAt('2026-01-01T00:00:00Z'),
		log: keptLog(),
		issued: [] as string[],
		/** Called at each creation, before it is kept. */
		creating: (_name: string): void => undefined,
		write: (...entries: string[]) =>
			writeFileSync(
				file,
				JSON.stringify({ webhooks: entries.map((name) => ({ name, runbook: 'deploy', expiryTime: '2030-01-01T00:00:00Z' })) }),
			),
		check: () => enforceWebhooksFile(parts()),
		watch: () => watchWebhooksFile({ ...parts(), issued: ({ name }) => world.issued.push(name) }),
		/** Lets the watcher look until something holds. */
		untilSeen: (what: string, holds: () => boolean) =>
			until(what, () => {
				world.clock.move(250)
				return holds()
			}),
		[Symbol.dispose]: () => folder[Symbol.dispose](),
	}
	const store = {
		list: async () => kept,
		create: async (webhook: Webhook) => {
			world.creating(webhook.name)
			kept.push({ ...webhook, webhookId: kept.length + 1 })
			return kept.at(-1)
		},
		delete: async (webhookId: number) => {
			kept.splice(
				kept.findIndex((webhook) => webhook.webhookId === webhookId),
				1,
			)
		},
	}
	world.write(...names)
	return world
}

test('a change that comes while the file is being applied is not lost', async () => {
	using world = openWorld('one')
	world.creating = () => world.write('one', 'two')
	await using _watch = await world.watch()
	assert.deepEqual(world.issued, ['one'])
	await world.untilSeen('the change is applied', () => world.issued.length === 2)
	assert.deepEqual(world.issued, ['one', 'two'])
})

test('a file that is taken away and comes back is a fault and then followed', async () => {
	using world = openWorld('one')
	await using _watch = await world.watch()
	rmSync(world.file)
	await world.untilSeen('the fault is logged', () =>
		world.log.lines.some(({ fields }) => String(fields.reason).startsWith('It cannot be read')),
	)
	world.write('one', 'two')
	await world.untilSeen('the file is followed', () => world.issued.length === 2)
	assert.equal(world.log.lines.filter(({ level }) => level === 'error').length, 1)
})

test('a change that the store refuses is logged, and applied with the next change', async () => {
	using world = openWorld('one')
	await using _watch = await world.watch()
	world.creating = () => {
		throw new StoreUnavailableError('disk full')
	}
	world.write('one', 'two')
	await world.untilSeen('the refusal is logged', () => world.log.lines.some(({ fields }) => fields.reason === 'disk full'))
	world.creating = () => undefined
	world.write('one', 'two', 'three')
	await world.untilSeen('both are there', () => world.issued.length === 3)
	assert.deepEqual(world.issued, ['one', 'two', 'three'])
})

test('a file that was only half applied is undone when the one before comes back', async () => {
	using world = openWorld('one')
	await using _watch = await world.watch()
	world.creating = (name) => {
		if (name === 'three') throw new StoreUnavailableError('disk full')
	}
	world.write('one', 'two', 'three')
	await world.untilSeen('half of it is applied', () => world.kept.length === 2 && world.log.lines.some(({ level }) => level === 'error'))
	world.write('one')
	await world.untilSeen('it is undone', () => world.kept.length === 1)
	assert.equal(world.kept[0]!.name, 'one')
})

test('a fault found by the check before the start is thrown with the name of the file', async () => {
	using world = openWorld('one', 'one')
	await assert.rejects(world.check(), {
		name: 'StartError',
		message: /webhooks\.json has a fault\. webhooks\[1\]\.name \("one"\): is the same/,
	})
})

test.run()
