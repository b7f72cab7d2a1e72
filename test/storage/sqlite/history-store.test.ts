import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { systemClock } from '../../../src/clock.ts'
import { deleteHistory } from '../../../src/storage/retention.ts'
import { clockAt } from '../../support/clock-at.ts'
import { endJobs } from '../../support/end-jobs.ts'
import { sqlitePlace } from '../../support/sqlite-place.ts'

const signal = new AbortController().signal
const space = { isLow: () => false, look: async () => undefined }
const bounds = { jobs: 0, bytes: 1e12 }

test('what is deleted gives its space back to the disk while the store is open, also after a reader was in the way', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open({ clock: clockAt('1970-01-01T00:00:00Z') })
	const { history } = storage
	const parts = { history, retentionDays: 30, bounds, space, clock: { ...systemClock, now: () => 0 } }
	const file = join(place.dataDir, 'runhook.sqlite')
	const taken = () => statSync(file).size + statSync(`${file}-wal`).size
	await endJobs(storage, 60, { length: 100_000 })
	assert.ok(taken() > 6_000_000, `${taken()} bytes`)
	{
		using reader = new DatabaseSync(file, { readOnly: true })
		reader.exec('BEGIN')
		const count = () => reader.prepare('SELECT count(*) AS count FROM jobs').get()!.count
		assert.equal(count(), 60)
		const since = performance.now()
		assert.equal(await deleteHistory(parts, signal), 60)
		assert.ok(performance.now() - since < 4_000, 'nobody waits for the reader')
		assert.equal(count(), 60)
	}
	await endJobs(storage, 1)
	assert.equal(await deleteHistory(parts, signal), 1)
	assert.ok(taken() < 1_000_000, `${taken()} bytes`)
})

test.run()
