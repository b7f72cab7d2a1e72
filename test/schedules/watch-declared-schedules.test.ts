import assert from 'node:assert/strict'
import { test } from 'uvu'
import { entryOf } from '../../src/audit/audit-event.ts'
import type { RunbookContent } from '../../src/runbooks/runbook.ts'
import type { ScheduleStore } from '../../src/schedules/schedule-store.ts'
import { watchDeclaredSchedules } from '../../src/schedules/watch-declared-schedules.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { newSchedule } from '../support/new-schedule.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

/** Watches one runbook `deploy` over a store; each `look` is one more of its looks. */
async function watch({ schedules, audit }: Pick<Storage, 'schedules' | 'audit'>, content: RunbookContent) {
	const clock = clockAt('2026-03-28T12:00:30Z')
	const log = keptLog()
	let looks = 0
	let changes = 0
	const runbooks = {
		list: async () => {
			looks++
			return [{ name: 'deploy', file: '', content }]
		},
		isFolderThere: () => true,
	}
	const changed = () => changes++
	const watching = await watchDeclaredSchedules({ schedules, audit, runbooks, changed, clock, log })
	const look = async () => {
		const before = looks
		await until('it is looked at', () => {
			clock.move(1_000)
			return looks > before
		})
		await settled()
	}
	const settled = async () => {
		for (let turn = 0; turn < 12; turn++) await schedules.list()
	}
	return Object.assign(log, { look, changes: () => changes, [Symbol.asyncDispose]: () => watching[Symbol.asyncDispose]() })
}

const declares = () => runbookContent({}, { runbookName: 'deploy', schedules: [{ cron: '0 7 * * *' }] })

test('a schedule whose name the API has taken is refused once, and made when that one is gone', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const { schedules } = storage
	const ofApi = await schedules.create(newSchedule({ name: 'Deploy' }), 5)
	await using watched = await watch(storage, declares())
	await watched.look()
	await watched.look()
	assert.deepEqual(
		watched.lines.map(({ message }) => message),
		['A schedule that a runbook declares was refused'],
	)
	assert.equal(watched.changes(), 0)
	await schedules.delete(ofApi!.scheduleId)
	await watched.look()
	assert.deepEqual([(await schedules.find('deploy'))?.declaredBy, watched.changes()], ['deploy', 1])
	assert.equal((await schedules.listJobSchedules()).length, 1)
	await watched.look()
	assert.deepEqual([watched.lines.length, watched.changes()], [2, 1])
	// What was refused is no change.
	const entries = (await storage.audit.after(0, 99)).map(entryOf)
	assert.deepEqual(
		entries.map(({ actor, action, resource }) => [actor, action, resource]),
		[[{ kind: 'file', name: 'deploy.ts' }, 'schedules/write', 'schedules/deploy']],
	)
})

test('a schedule whose name is taken in the same moment is tried again', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	let isTaken = true
	const schedules: ScheduleStore = {
		...storage.schedules,
		create: async (...asked) => (isTaken ? undefined : storage.schedules.create(...asked)),
	}
	await using watched = await watch({ ...storage, schedules }, declares())
	assert.match(String(watched.lines[0]?.fields.reason), /created at the same time/)
	isTaken = false
	await watched.look()
	assert.equal((await schedules.find('deploy'))?.declaredBy, 'deploy')
})

test('a declaration is read once for each content', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	const { definition, ...content } = declares()
	let reads = 0
	const counted = {
		...content,
		get definition() {
			reads++
			return definition
		},
	}
	await using watched = await watch(storage, counted)
	const first = reads
	await watched.look()
	await watched.look()
	assert.equal(reads, first)
})

test.run()
