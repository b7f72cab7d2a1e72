// Signing in with Entra ID, as a browser does it, over HTTP.
import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { type EntraIssuer, objectId, startEntraIssuer, tenantId } from '../support/entra-issuer.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { signedInBy } from './sign-in-in-portal.ts'

/** A browser, as far as cookies go. */
class Visitor {
	readonly cookies = new Map<string, string>()
	readonly #world: World

	constructor(world: World) {
		this.#world = world
	}

	async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
		const { url } = this.#world.runner
		const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
		const response = await fetch(new URL(path, url), { redirect: 'manual', headers: { ...headers, cookie } })
		for (const each of response.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!
			if (/Max-Age=0/.test(each)) this.cookies.delete(name!)
			else this.cookies.set(name!, value!)
		}
		return response
	}

	/** Where Entra ID leads back to, for whoever says who they are there or would rather not. */
	async beginAndChoose(name: 'Ada' | 'Cancel' = 'Ada'): Promise<string> {
		const begun = await this.get('/portal/sign-in/entra')
		const page = await (await fetch(begun.headers.get('location')!)).text()
		const [, href] = new RegExp(`href="([^"]+)">${name}<`).exec(page) ?? assert.fail(page)
		return href!.replaceAll('&amp;', '&')
	}

	/** Comes back, is led to the portal whatever comes of it, and is told there why not. */
	async comeBack(address: string): Promise<string | null> {
		const response = await this.get(address)
		const { url } = this.#world.runner
		assert.deepEqual([response.status, response.headers.get('location'), await response.text()], [303, `${url}/portal/`, ''])
		assert.equal(response.headers.get('cache-control'), 'no-store')
		const told = (await (await this.get('/portal/sign-in', own)).json()) as { fault: string | null; entraUrl: string }
		assert.equal(told.entraUrl, `${url}/portal/sign-in/entra`)
		return told.fault
	}

	async whoIs(): Promise<{ name: string; userName: string; kind: string; roles: string[] } | null> {
		return (await this.get('/portal/session', own)).json() as never
	}
}

type World = { runner: Runner; issuer: EntraIssuer }
const own = { 'x-runhook-portal': '1' }
const notHere = 'This sign-in was not begun in this browser, or too long ago, or is done already. Begin again.'

async function restart({ runner, issuer }: World, environment: Record<string, string>): Promise<void> {
	await runner.end('SIGTERM')
	await runner.restart(environment)
	issuer.application.redirectUri = `${runner.url}/portal/sign-in/entra/callback`
}

async function openWorld(opened: AsyncDisposableStack): Promise<World> {
	const issuer = opened.use(await startEntraIssuer())
	const runner = opened.use(await startRunner({ runbooks: {}, environment: signedInBy(issuer) }))
	issuer.application.redirectUri = `${runner.url}/portal/sign-in/entra/callback`
	return { runner, issuer }
}

async function whoSaysSoIsSignedIn(world: World): Promise<void> {
	const visitor = new Visitor(world)
	const begun = await visitor.get('/portal/sign-in/entra?redirect_uri=https://elsewhere.example')
	assert.match(
		begun.headers.get('set-cookie')!,
		/^runhook_sign_in=\d+\.[\w-]{43}; Path=\/portal\/sign-in; Max-Age=900; HttpOnly; SameSite=Lax$/,
	)
	const asked = new URL(begun.headers.get('location')!)
	assert.equal(asked.origin + asked.pathname, `${world.issuer.url}/${tenantId}/oauth2/v2.0/authorize`)
	assert.equal(asked.searchParams.get('redirect_uri'), world.issuer.application.redirectUri)
	const address = await visitor.beginAndChoose()
	const { runhook_sign_in: kept } = Object.fromEntries(visitor.cookies)
	assert.equal(await visitor.comeBack(address), null)
	const { name, userName, kind, roles } = (await visitor.whoIs())!
	assert.deepEqual([name, userName, kind, roles], [objectId, 'ada@contoso.com', 'entra', ['Job Operator']])
	assert.deepEqual([...visitor.cookies.keys()], ['runhook_session'])
	assert.equal((await visitor.get('/jobs', own)).status, 200)
	assert.equal((await visitor.get(`${account}/webhooks`, own)).status, 403)
	// Once more: the browser has nothing left for it, and Entra ID takes no code twice.
	assert.equal(await visitor.comeBack(address), notHere)
	visitor.cookies.set('runhook_sign_in', kept!)
	assert.match((await visitor.comeBack(address))!, /^Entra ID says: AADSTS54005: /)
}

async function othersAreNot(world: World): Promise<void> {
	const { application } = world.issuer
	const victim = new Visitor(world)
	const address = await victim.beginAndChoose()
	const stranger = new Visitor(world)
	assert.equal(await stranger.comeBack(address), notHere)
	await stranger.beginAndChoose()
	assert.equal(await stranger.comeBack(address), notHere)
	assert.equal(await new Visitor(world).comeBack('/portal/sign-in/entra/callback'), notHere)
	// What anybody may have written is shown to nobody.
	await victim.beginAndChoose()
	assert.equal(await victim.comeBack('/portal/sign-in/entra/callback?error=x&error_description=Call+us&state=guessed'), notHere)

	const refused = async (claims: object, message: RegExp, choice: 'Ada' | 'Cancel' = 'Ada') => {
		application.claims = { ...claims }
		const visitor = new Visitor(world)
		assert.match(String(await visitor.comeBack(await visitor.beginAndChoose(choice))), message)
		assert.deepEqual([await visitor.whoIs(), [...visitor.cookies.keys()]], [null, []])
	}
	const seconds = Math.floor(Date.now() / 1_000)
	await refused({ nonce: 'of-another' }, /^The answer of Entra ID cannot be used: .*nonce/)
	await refused({ aud: 'api://another' }, /^The answer of Entra ID cannot be used: .*aud/)
	await refused({ iss: `${world.issuer.url}/another/v2.0` }, /^The answer of Entra ID cannot be used: .*iss/)
	await refused({ exp: seconds - 61 }, /^The answer of Entra ID cannot be used: .*exp/)
	await refused({ tid: 'of-another' }, /^The token is of another tenant of Entra ID\.$/)
	await refused({ roles: [] }, new RegExp(`^ada@contoso\\.com is known to Entra ID, but has no role here\\. .* ${objectId}\\.$`))
	await refused({}, /^Entra ID says: AADSTS65004: User declined to <b>consent<\/b>\.\r\nTrace ID: 1234$/, 'Cancel')
	application.status = 500
	await refused({}, /^Entra ID cannot be reached by the runner/)
	application.status = undefined
	application.secret = 'which-the-runner-has-not'
	await refused({}, /^Entra ID says: AADSTS7000215: /)
	application.secret = undefined
	application.claims = {}
}

async function manyAtOnceAreOne(world: World): Promise<void> {
	const { application } = world.issuer
	const visitor = new Visitor(world)
	const address = await visitor.beginAndChoose()
	const headers = { cookie: `runhook_sign_in=${visitor.cookies.get('runhook_sign_in')}` }
	const { promise, resolve } = Promise.withResolvers<void>()
	application.held = promise
	const under = Array.from({ length: 51 }, () => fetch(address, { redirect: 'manual', headers }))
	// While fifty wait for Entra ID.
	const fault = /runhook_sign_in_fault=([\w-]+)/.exec((await Promise.race(under)).headers.getSetCookie().join())![1]!
	assert.equal(Buffer.from(fault, 'base64url').toString(), 'Too many people sign in with Entra ID at this moment. Try again.')
	resolve()
	const cookies = (await Promise.all(under)).map((response) => response.headers.getSetCookie().join())
	assert.equal(cookies.filter((each) => each.includes('runhook_session=')).length, 1)
}

test('who comes back from Entra ID is signed in, once, in the browser that left, with the roles of the token', async () => {
	await using opened = new AsyncDisposableStack()
	const world = await openWorld(opened)
	const { runner, issuer } = world
	await whoSaysSoIsSignedIn(world)
	await othersAreNot(world)

	// As a web application, which has a secret.
	issuer.application.secret = 'a-secret-of-the-tests'
	await restart(world, { RUNHOOK_ENTRA_CLIENT_SECRET: 'a-secret-of-the-tests' })
	const visitor = new Visitor(world)
	assert.equal(await visitor.comeBack(await visitor.beginAndChoose()), null)
	assert.equal((await visitor.whoIs())?.name, objectId)
	await fetch(`${runner.url}/portal/session`, {
		method: 'DELETE',
		headers: { ...own, cookie: `runhook_session=${visitor.cookies.get('runhook_session')}` },
	})
	assert.equal(await visitor.whoIs(), null)
	await manyAtOnceAreOne(world)
	await issuer.rotate('first')
	const forged = new Visitor(world)
	assert.equal(await forged.comeBack(await forged.beginAndChoose()), 'The token that Entra ID sent is not valid here.')

	type Entry = { properties: { action: string; caller: { name: string }; details: Record<string, unknown> } }
	const { value } = (await (await runner.manage(`${account}/auditEvents`)).json()) as { value: Entry[] }
	const told = value.map(({ properties: { action, caller, details } }) => [action, caller.name, details])
	const signedIn = ['signIn/action', objectId, { by: 'Microsoft', userName: 'ada@contoso.com' }]
	assert.deepEqual(told, [
		signedIn,
		['signOut/action', objectId, {}],
		signedIn,
		['authorization/refused', objectId, { count: 2, actions: 'webhooks/read: 1, signIn/action: 1' }],
		['signIn/failed', 'sign-in', { count: 7, addresses: '127.0.0.1: 7' }],
		signedIn,
	])
	// Of two before the restart one.
	const faults = runner.logged.filter((line) => line.includes('Signing in with Entra ID failed'))
	assert.deepEqual(
		faults.map((line) => (JSON.parse(line) as { reason: string }).reason),
		['It answers 500', 'Too many people sign in with Entra ID at this moment. Try again.'],
	)

	// Any page can have the browser of whoever looks at it do that: it holds nobody up.
	await forged.beginAndChoose()
	for (let guess = 0; guess < 20; guess++) await forged.get(`/portal/sign-in/entra/callback?code=${guess}&state=x`)
	assert.equal(await forged.comeBack(await forged.beginAndChoose()), 'The token that Entra ID sent is not valid here.')
	const guesser = new Visitor(world)
	for (let guess = 0; guess < 20; guess++) {
		const begun = new URL((await guesser.get('/portal/sign-in/entra')).headers.get('location')!)
		await guesser.get(`/portal/sign-in/entra/callback?code=${guess}&state=${begun.searchParams.get('state')}`)
	}
	assert.match((await forged.comeBack(await forged.beginAndChoose()))!, /^Too many wrong tokens came from this address\./)
})

test.run()
