import assert from 'node:assert/strict'
import { test } from 'uvu'
import { NODE_BEAT_INTERVAL } from '../../src/limits.ts'
import { NodeClaims } from '../../src/worker/node-claims.ts'
import type { NodeStore } from '../../src/worker/node-store.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { until } from '../support/until.ts'

const facts = { folderId: 'one', host: 'one.example', version: '1', slots: 1 }

test('a runner tells that it lives while it still reads its runbooks, and is another node where it could not', async () => {
	const clock = clockAt('2026-03-01T10:00:00Z')
	const registered: string[] = []
	let renewed = 0
	const nodes = {
		register: async ({ nodeId }) => void registered.push(nodeId),
		renew: async (nodeId) => (nodeId === registered[0] && ++renewed > 2 ? undefined : { isDraining: false }),
		takeOut: async () => undefined,
	} satisfies Partial<NodeStore> as unknown as NodeStore
	await using claims = new NodeClaims({ nodes, facts, clock, log: keptLog() })
	await claims.begin()
	const first = claims.holder
	await until('another runner took it for gone, and it is back', () => {
		clock.move(NODE_BEAT_INTERVAL)
		return claims.holder !== undefined && claims.holder === registered[1]
	})
	assert.equal(first, registered[0])
})

test.run()
