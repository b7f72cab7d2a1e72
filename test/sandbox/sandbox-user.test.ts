import assert from 'node:assert/strict'
import { test } from 'uvu'
import { planUser } from '../../src/sandbox/sandbox-user.ts'

const passwd = 'root:x:0:0:root:/root:/bin/sh\nrunner:x:999:998::/:/bin/sh\njobs:x:1500:1600::/:/bin/sh\n'
const plan = (wanted: string | undefined, ownUid: number) => planUser({ wanted, ownUid, passwd })
const other = (uid: number, gid: number, isChosen = true) => ({ kind: 'other', user: { uid, gid }, isChosen })

test('sandboxes of a runner that is root run as nobody, of any other as it', () => {
	assert.deepEqual(plan(undefined, 0), other(65_534, 65_534, false))
	assert.deepEqual(plan(undefined, 999), { kind: 'same' })
})

test('root may name any user, by name or number, itself too', () => {
	assert.deepEqual(plan('jobs', 0), other(1500, 1600))
	assert.deepEqual(plan('1500', 0), other(1500, 1600))
	assert.deepEqual(plan('1500:7', 0), other(1500, 7))
	assert.deepEqual(plan('4242', 0), other(4242, 4242))
	for (const wanted of ['root', '0', '0:0']) assert.deepEqual(plan(wanted, 0), { kind: 'same' })
})

test('a runner that is not root can name nobody but itself, and an unknown name is refused', () => {
	assert.deepEqual(plan('runner', 999), { kind: 'same' })
	const refused = plan('jobs', 999)
	assert.ok(refused.kind === 'refused' && /only a runner that is started as root/.test(refused.reason))
	const unknown = plan('who', 0)
	assert.ok(unknown.kind === 'refused' && /"who" is not in \/etc\/passwd/.test(unknown.reason))
})

test.run()
