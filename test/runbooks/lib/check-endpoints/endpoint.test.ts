import { deepEqual, equal, match, throws } from 'node:assert/strict'
import { test } from 'uvu'
import { readChecks } from '../../../../runbooks/lib/check-endpoints/endpoint.ts'

const one = { name: 'shop', url: 'https://shop.example/' }

function faultOf(value: unknown): string {
	let fault = ''
	throws(
		() => readChecks(value, 'The list'),
		(error: Error) => {
			fault = error.message
			return true
		},
	)
	return fault
}

test('an endpoint needs a name and a URL, the rest has defaults', () => {
	deepEqual(readChecks({ endpoints: [one] }, 'The list'), {
		endpoints: [
			{
				...one,
				...{ method: 'GET', headers: {}, expectStatus: [200], maxMs: 2_000, timeoutMs: 10_000, tlsMinDays: 14 },
				...{ dns: {}, follow: 0, importance: 'core', instances: [] },
			},
		],
		repeat: 1,
	})
})

test('a list alone is a list of endpoints, and one value stands for a list of one', () => {
	const { endpoints } = readChecks(
		[{ ...one, expectStatus: 204, expectText: 'a', dns: { expect: '10.0.0.0/8' }, instances: '::1' }],
		'The list',
	)
	const { expectStatus, expectText, dns, instances } = endpoints[0]!
	deepEqual([expectStatus, expectText, dns.expect, instances], [[204], ['a'], ['10.0.0.0/8'], ['::1']])
	deepEqual(readChecks({ endpoints: [one], locations: 'west' }, 'The list').locations, ['west'])
})

for (const [auth, value] of [
	['Token abc', 'Token abc'],
	[{ bearer: 'abc' }, 'Bearer abc'],
	[{ username: 'Ada', password: 'x:é' }, `Basic ${Buffer.from('Ada:x:é').toString('base64')}`],
] as const) {
	test(`${JSON.stringify(auth)} becomes the Authorization header`, () => {
		equal(readChecks([{ ...one, auth }], 'The list').endpoints[0]?.auth, value)
	})
}

const list = 'The list cannot be used:'
for (const [value, message] of [
	[null, `${list} Invalid input: expected object, received null.`],
	[{}, `${list} endpoints: Invalid input: expected array, received undefined.`],
	[[], `${list} endpoints: Too small: expected array to have >=1 items.`],
	[
		Array.from({ length: 201 }, (_, index) => ({ ...one, name: `${index}` })),
		`${list} endpoints: Too big: expected array to have <=200 items.`,
	],
	[[one, { ...one, maxMs: '5' }], `${list} endpoints[1].maxMs: Invalid input: expected number, received string.`],
	[[one, one], `${list} endpoints[1].name: is the name of another endpoint.`],
	[[{ ...one, timeout: 5 }], `${list} endpoints[0]: Unrecognized key: "timeout".`],
	[[{ ...one, url: 'ftp://x/' }], `${list} endpoints[0].url: must be an http or https URL.`],
	[[{ ...one, url: '/relative' }], `${list} endpoints[0].url: must be an http or https URL.`],
	[[{ ...one, url: 'https://me:secret@x/' }], `${list} endpoints[0].url: must not hold credentials: give them in auth.`],
	[[{ ...one, name: 'a\nb' }], `${list} endpoints[0].name: must be a text without control characters.`],
	[[{ ...one, headers: { 'a b': 'c' } }], `${list} endpoints[0].headers.a b: is no name of a header.`],
	[[{ ...one, headers: { Host: 'c' } }], `${list} endpoints[0].headers.Host: is set by the check itself.`],
	[[{ ...one, headers: { 'x-key': 'secret\n' } }], `${list} endpoints[0].headers.x-key: holds a character that no header may have.`],
	[
		[{ ...one, headers: { 'x-key': 5 } }],
		`${list} endpoints[0].headers.x-key: must be a text, or { variable } with the name of a variable.`,
	],
	[
		[{ ...one, auth: { user: 'secret' } }],
		`${list} endpoints[0].auth: must be the value of the Authorization header, { bearer }, { username, password } or { credential }.`,
	],
	[[{ ...one, auth: { bearer: 'secret\n' } }], `${list} endpoints[0].auth: holds a character that no header may have.`],
	[[{ ...one, expectStatus: [200, 99] }], `${list} endpoints[0].expectStatus[1]: Too small: expected number to be >=100.`],
	[[{ ...one, expectJson: { 'a..b': 1 } }], `${list} endpoints[0].expectJson.a..b: is no path such as status or checks[0].name.`],
	[[{ ...one, dns: { expect: ['10.0.0.0/64'] } }], `${list} endpoints[0].dns.expect[0]: must be an address or a range such as 10.0.0.0/8.`],
	[[{ ...one, instances: ['localhost'] }], `${list} endpoints[0].instances[0]: must be an IP address.`],
	[[{ ...one, follow: 11 }], `${list} endpoints[0].follow: Too big: expected number to be <=10.`],
	[
		[{ ...one, method: 'TRACE' }],
		`${list} endpoints[0].method: Invalid option: expected one of "GET"|"HEAD"|"OPTIONS"|"POST"|"PUT"|"PATCH"|"DELETE".`,
	],
	[{ endpoints: [one], repeat: 0 }, `${list} repeat: Too small: expected number to be >=1.`],
	[{ endpoints: [one], locations: [''] }, `${list} locations[0]: Too small: expected string to have >=1 characters.`],
] as const) {
	test(`a fault is told with its place: ${message.slice(list.length + 1)}`, () => equal(faultOf(value), message))
}

test('all faults are told, and no value with them', () => {
	const fault = faultOf([
		{ name: 'a', url: 'https://u:secret@x', headers: { 'x-key': 'secret\n', 'secret ': 5 } },
		{ auth: { bearer: 'secret\n' } },
	])
	match(fault, /endpoints\[0\]\.url: .*endpoints\[1\]\.name: .*endpoints\[1\]\.auth: /)
	equal(fault.replace('headers.secret ', '').includes('secret'), false)
})

test('of many faults the first ten are told', () => {
	match(faultOf(Array.from({ length: 12 }, () => ({}))), /; 14 more faults\.$/)
})

test.run()
