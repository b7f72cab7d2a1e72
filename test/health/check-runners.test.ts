import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runnersFinding } from '../../src/health/check-runners.ts'
import type { Node, NodesOverview } from '../../src/worker/node-store.ts'

const now = Date.parse('2026-03-28T12:00:00Z')

test('a runner that went silent is warned of, and so are those that differ or drain for longer than a deployment takes', () => {
	const MINUTE = 60_000
	const node = (host: string, given: Partial<Node> = {}): Node => ({
		...{ nodeId: host, folderId: `folder of ${host}`, host, version: '1.0.0', slots: 4, runningCount: 1, drainingTime: null },
		...{ registrationTime: now - 60 * MINUTE, beatTime: now - 900, contentsTime: now - 60 * MINUTE },
		...given,
	})
	const finding = (given: Partial<NodesOverview>) =>
		runnersFinding({ now, nodes: [node('a'), node('b')], contents: [], lost: [], stranded: [], ...given })
	const content = (nodeId: string, contentHash: string) => ({ nodeId, contentHash, runbookName: 'deploy' })
	const { facts, ...rest } = finding({})
	assert.deepEqual(rest, { status: 'up', message: null })
	const each = facts?.each as { id: string }[] | undefined
	assert.equal(each?.[0]?.id, 'folder of a')
	assert.deepEqual([facts?.runners, facts?.running, facts?.slots, facts?.draining], [2, 2, 8, 0])
	const newer = (minutes: number) => ({ nodes: [node('a'), node('b', { version: '2.0.0', registrationTime: now - minutes * MINUTE })] })
	const changed = (minutes: number, ...contents: ReturnType<typeof content>[]) => ({
		nodes: [node('a', { contentsTime: now - minutes * MINUTE }), node('b')],
		contents,
	})
	const draining = (host: string) => node(host, { drainingTime: now - MINUTE })
	const drained = (minutes: number) => ({ nodes: [node('a', { version: '2.0.0', drainingTime: now - minutes * MINUTE }), node('b')] })
	const table: [given: Partial<NodesOverview>, message: string | null][] = [
		[{ lost: [{ host: 'c', lostTime: now - 130_000 }] }, 'A runner on c went silent 2 min ago without leaving.'],
		[newer(29), null],
		[newer(31), 'Runners of versions 1.0.0, 2.0.0 stand side by side for 31 min.'],
		[changed(31, content('a', 'x'), content('b', 'x')), null],
		[changed(29, content('a', 'x'), content('b', 'y')), null],
		[changed(31, content('a', 'x'), content('b', 'y')), 'Runbooks are not the same on all runners for 31 min: deploy.'],
		[changed(31, content('a', 'x')), 'Runbooks are not the same on all runners for 31 min: deploy.'],
		[drained(29), null],
		[{ nodes: [draining('a')] }, 'No runner takes jobs: the only one is draining.'],
		[{ nodes: [draining('a'), draining('b')] }, 'No runner takes jobs: all 2 are draining.'],
		[drained(31), 'The runner on a has been draining for 31 min.'],
		[
			{ stranded: ['deploy'] },
			'Jobs wait that no runner can run, because none has the content they were started with: of runbooks deploy.',
		],
	]
	for (const [given, message] of table) {
		const found = finding(given)
		assert.deepEqual([found.status, found.message], [message === null ? 'up' : 'warning', message])
	}
})

test.run()
