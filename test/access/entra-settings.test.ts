import assert from 'node:assert/strict'
import { test } from 'uvu'
import { readConfig } from '../../src/config.ts'

const folder = '/nowhere'

test('tokens of Entra ID need a tenant, an audience and roles; authority and spelling of roles are free', () => {
	const tenant = '11111111-2222-3333-4444-55555555AAAA'
	const all = {
		RUNHOOK_ENTRA_TENANT_ID: tenant,
		RUNHOOK_ENTRA_AUDIENCE: 'api://a, b',
		RUNHOOK_ENTRA_ROLES: 'Start = joboperator, AAAA-B=Owner',
	}
	assert.deepEqual(readConfig(all, folder, false).config.entra, {
		tenantId: tenant.toLowerCase(),
		audiences: ['api://a', 'b'],
		authority: 'https://login.microsoftonline.com',
		roles: new Map([
			['start', 'Job Operator'],
			['aaaa-b', 'Owner'],
		]),
	})
	const own = { ...all, RUNHOOK_ENTRA_AUTHORITY: 'http://127.0.0.1:1/' }
	assert.equal(readConfig(own, folder, false).config.entra?.authority, 'http://127.0.0.1:1')
	for (const name of Object.keys(all))
		assert.throws(() => readConfig({ ...own, [name]: '' }, folder, false), {
			name: 'StartError',
			message: new RegExp(`^${name} must be set, too: `),
		})
	assert.throws(
		() => readConfig({ RUNHOOK_ENTRA_AUTHORITY: 'https://a.example' }, folder, false),
		/_TENANT_ID and .*_AUDIENCE and .*_ROLES must be set/,
	)
})

test('people are led to the application that is set, which is an audience then; a secret needs it, and is no id', () => {
	const clientId = 'AAAAAAAA-2222-3333-4444-555555555555'
	const all = {
		RUNHOOK_ENTRA_TENANT_ID: '11111111-2222-3333-4444-555555555555',
		RUNHOOK_ENTRA_ROLES: 'a=Reader',
		RUNHOOK_ENTRA_CLIENT_ID: clientId,
	}
	const read = (more: object) => readConfig({ ...all, ...more }, folder, false)
	const { clientId: found, audiences } = read({}).config.entra!
	assert.deepEqual([found, audiences], [clientId.toLowerCase(), [clientId.toLowerCase()]])
	assert.deepEqual(read({ RUNHOOK_ENTRA_AUDIENCE: 'api://a' }).config.entra?.audiences, ['api://a'])
	const secret = { RUNHOOK_ENTRA_CLIENT_SECRET: 'abc8Q~a.secret-of-tests' }
	assert.equal(read(secret).secrets.entraClientSecret, 'abc8Q~a.secret-of-tests')
	const withoutId = { ...secret, RUNHOOK_ENTRA_CLIENT_ID: '', RUNHOOK_ENTRA_AUDIENCE: 'api://a' }
	assert.throws(() => read(withoutId), { name: 'StartError', message: /^RUNHOOK_ENTRA_CLIENT_ID must be set, too: / })
	assert.throws(() => read({ RUNHOOK_ENTRA_CLIENT_SECRET: clientId }), {
		name: 'StartError',
		message: /^RUNHOOK_ENTRA_CLIENT_SECRET: its value cannot be used; allowed is the value of a client secret, not its id/,
	})
})

test.run()
