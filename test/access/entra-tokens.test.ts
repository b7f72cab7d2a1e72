import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { test } from 'uvu'
import { checkEntraTokensOf } from '../../src/access/entra-tokens.ts'
import type { Role } from '../../src/access/role.ts'
import { clockAt } from '../support/clock-at.ts'
import { audience, type EntraIssuer, objectId, startEntraIssuer, tenantId } from '../support/entra-issuer.ts'

const groupId = 'bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee'
const start = Date.parse('2027-01-01T12:00:00Z')
const roles = new Map<string, Role>([
	['runbooks.start', 'Job Operator'],
	['other', 'Reader'],
	[objectId, 'Operator'],
	[groupId, 'Contributor'],
])

function world(issuer: EntraIssuer, roleMap = new Map([['runbooks.start', 'Job Operator' as Role]])) {
	const clock = clockAt('2027-01-01T12:00:00Z')
	const check = checkEntraTokensOf({ tenantId, audiences: ['other-audience', audience], authority: issuer.url, roles: roleMap }, clock)
	const token: EntraIssuer['token'] = (claims, header) => issuer.token(claims, header, start)
	return { clock, check, token }
}

test('a token of the tenant is taken, with the roles that its app roles and its object id are mapped to', async () => {
	await using issuer = await startEntraIssuer()
	const { check, token } = world(issuer, roles)
	const held = async (claims: Record<string, unknown>) => {
		const outcome = await check(await token(claims))
		assert.ok(outcome.kind === 'principal', JSON.stringify(outcome))
		assert.deepEqual([outcome.principal.kind, outcome.principal.name], ['entra', outcome.principal.name.toLowerCase()])
		return outcome.principal.roles
	}
	assert.deepEqual(await held({}), ['Operator', 'Job Operator'])
	assert.deepEqual(await held({ roles: ['RUNBOOKS.START', 'unknown', 'Other'], oid: 'someone-else' }), ['Job Operator', 'Reader'])
	assert.deepEqual(await held({ oid: objectId.toUpperCase(), roles: undefined }), ['Operator'])
	assert.deepEqual(await held({ oid: 'someone-else', roles: 'Runbooks.Start' }), [])
	assert.deepEqual(await held({ oid: 'x', roles: [], groups: [groupId.toUpperCase(), 'cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee'] }), [
		'Contributor',
	])
	// A group may be called as an app role is.
	assert.deepEqual(await held({ oid: 'x', roles: [], groups: ['Runbooks.Start'] }), [])
	// As apps get them that ask for tokens of version 1.
	assert.deepEqual(await held({ iss: `https://sts.windows.net/${tenantId}/`, oid: 'x' }), ['Job Operator'])
	assert.equal(issuer.requests.length, 1)
})

test('a token that Entra ID signed, and that is not for here or not for now, is refused with the reason', async () => {
	await using issuer = await startEntraIssuer()
	const { check, token } = world(issuer)
	const seconds = start / 1_000
	const table: [Record<string, unknown>, RegExp][] = [
		[{ exp: seconds - 61 }, /has expired/],
		[{ exp: undefined }, /no claim 'exp'/],
		[{ nbf: seconds + 61 }, /not valid yet/],
		[{ iss: `${issuer.url}/another/v2.0` }, /another issuer/],
		[{ iss: undefined }, /another issuer|no claim 'iss'/],
		[{ aud: 'api://another' }, /another audience/],
		[{ aud: undefined }, /another audience|no claim 'aud'/],
		[{ tid: 'another' }, /another tenant/],
		[{ oid: undefined }, /no claim 'oid'/],
	]
	for (const [claims, message] of table) {
		const outcome = await check(await token(claims))
		assert.equal(outcome.kind, 'invalid', JSON.stringify(claims))
		assert.match((outcome as { message?: string }).message ?? '', message)
	}
	// The clocks may differ by a minute.
	for (const claims of [{ exp: seconds - 59 }, { nbf: seconds + 59 }]) assert.equal((await check(await token(claims))).kind, 'principal')
})

test('a token that Entra ID did not sign is refused without a word, whatever it says of itself', async () => {
	await using issuer = await startEntraIssuer()
	const { check, token } = world(issuer)
	const good = await token()
	const [head, payload, signature] = good.split('.') as [string, string, string]
	const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
	const other = await generateKeyPair('RS256')
	const signed = (header: object, key: Parameters<SignJWT['sign']>[0]) =>
		new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
			.setProtectedHeader({ alg: 'RS256', kid: 'first', ...header })
			.sign(key)
	const { n } = await exportJWK(other.publicKey)
	const asSecret = `${encode({ alg: 'HS256', kid: 'first' })}.${payload}`
	const forged = [
		`${encode({ alg: 'none', kid: 'first' })}.${payload}.`,
		`${encode({ alg: 'none', kid: 'first' })}.${payload}.${signature}`,
		// The public key is known to everybody: as the secret of a HMAC it must not count.
		`${asSecret}.${createHmac('sha256', String(n)).update(asSecret).digest('base64url')}`,
		`${head}.${encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), oid: 'x' })}.${signature}`,
		await signed({}, other.privateKey),
		// A key that the token brings itself.
		await signed({ jwk: await exportJWK(other.publicKey) }, other.privateKey),
		await signed({ kid: 'unknown' }, other.privateKey),
		'a.b.c',
		await issuer.token({}, { alg: 'RS512' }, start),
		await issuer.token({}, { alg: 'PS256' }, start),
	]
	for (const text of forged) assert.deepEqual(await check(text), { kind: 'invalid' }, text.slice(0, 60))
	assert.equal((await check(good)).kind, 'principal')
})

test('an unknown key is looked for once in half a minute, however many tokens name one; a key that is new is found then', async () => {
	await using issuer = await startEntraIssuer()
	const { check, clock, token } = world(issuer)
	await check(await token())
	await issuer.rotate('second')
	await issuer.publish()
	const rotated = await token()
	await Promise.all(Array.from({ length: 20 }, async () => check(rotated)))
	assert.deepEqual([await check(rotated), issuer.requests.length], [{ kind: 'invalid' }, 1])
	clock.move(30_000)
	const outcomes = await Promise.all(Array.from({ length: 20 }, async () => check(rotated)))
	assert.deepEqual([new Set(outcomes.map(({ kind }) => kind)), issuer.requests.length], [new Set(['principal']), 2])
	for (const kid of ['a', 'b', 'c']) await check(await token({}, { kid }))
	assert.equal(issuer.requests.length, 2)
})

test('keys are fetched anew after an hour: one that was withdrawn counts no longer', async () => {
	await using issuer = await startEntraIssuer()
	const { check, clock, token } = world(issuer)
	const old = await token({ exp: start / 1_000 + 86_400 })
	assert.equal((await check(old)).kind, 'principal')
	await issuer.rotate('second')
	await issuer.publish()
	assert.equal((await check(old)).kind, 'principal')
	clock.move(3_600_000)
	assert.equal((await check(old)).kind, 'invalid')
})

test('where the keys cannot be had it cannot be told whether a token is right; they are asked for again half a minute later', async () => {
	await using issuer = await startEntraIssuer()
	const { check, clock, token } = world(issuer)
	issuer.status = 500
	const good = await token()
	for (let count = 0; count < 5; count++) {
		const outcome = await check(good)
		assert.equal(outcome.kind, 'unavailable')
		assert.match((outcome as { reason: string }).reason, /discovery\/v2\.0\/keys cannot be had: it answers 500\.$/)
	}
	assert.equal(issuer.requests.length, 1)
	issuer.status = 200
	clock.move(30_000)
	assert.equal((await check(good)).kind, 'principal')
})

test('keys that are none are no reason to call a token wrong', async () => {
	await using issuer = await startEntraIssuer()
	const { check, clock } = world(issuer)
	const checked = async () => (await check(await issuer.token({}, {}, clock.now()))).kind
	const rubbish = [[], [{ kty: 'RSA', kid: 'first' }], [{ kty: 'RSA', kid: 'first', n: 'AQAB', e: 'AQAB' }]]
	for (const keys of rubbish) {
		await issuer.publish(keys)
		assert.equal(await checked(), 'unavailable', JSON.stringify(keys))
		await issuer.publish()
		clock.move(3_600_000)
		assert.equal(await checked(), 'principal')
		clock.move(3_600_000)
	}
})

test.run()
