import fc from 'fast-check'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

const words = [
	...[
		'webhooks',
		'generateUri',
		'replace',
		'jobs',
		'streams',
		'output',
		'runbookContent',
		'stop',
		'suspend',
		'resume',
		'runbooks',
		'content',
	],
	...[
		'draft',
		'publish',
		'undoEdit',
		'testJob',
		'operationResults',
		'statistics',
		'usages',
		'certificates',
		'variables',
		'credentials',
		'accessTokens',
		'auditEvents',
		'openapi.json',
	],
	...[
		'a',
		'A',
		'hello',
		'of-the-file',
		'..',
		'%2e%2e',
		'%2F',
		'%zz',
		'%00',
		'%ff',
		'%F0%9F%98%80',
		"'",
		'',
		'-',
		'x'.repeat(300),
		'__proto__',
	],
]
const resources = [
	...[
		'webhooks',
		'webhooks/{}',
		'webhooks/{}/replace',
		'webhooks/{}/test',
		'webhooks/{}/deliveries',
		'webhooks/{}/deliveries/{}',
		'webhooks/{}/deliveries/{}/replay',
		'webhooks/generateUri',
		'jobs',
		'jobs/{}',
		'jobs/{}/stop',
		'jobs/{}/resume',
		'jobs/{}/suspend',
	],
	...[
		'jobs/{}/streams',
		'jobs/{}/streams/{}',
		'jobs/{}/output',
		'jobs/{}/runbookContent',
		'runbooks',
		'runbooks/{}',
		'runbooks/{}/publish',
	],
	...[
		'runbooks/{}/draft',
		'runbooks/{}/draft/content',
		'runbooks/{}/draft/testJob',
		'runbooks/{}/draft/testJob/streams',
		'runbooks/{}/draft/undoEdit',
		'variables',
		'variables/{}',
		'credentials',
		'credentials/{}',
		'rotateSecretKey',
	],
]
const resourcePath = fc
	.tuple(fc.constantFrom(...resources), fc.constantFrom('a', 'A', 'b', 'hello', 'of-the-file', '%F0%9F%98%80', '%2e%2e'))
	.map(([resource, name]) => `${accountPath}/${resource.replaceAll('{}', name)}`)
const randomPath = fc
	.tuple(
		fc.constantFrom(accountPath, accountPath, accountPath, accountPath.toUpperCase(), `${accountPath}x`, '', '/webhooks?token=a&b'),
		fc.array(fc.constantFrom(...words), { maxLength: 4 }),
	)
	.map(([before, rest]) => `${before}/${rest.join('/')}`)

const path = fc.oneof({ arbitrary: resourcePath, weight: 3 }, randomPath)

const queryPart = fc.oneof(
	fc.constantFrom(
		'api-version=2015-10-31',
		'$top=1',
		'$top=0',
		'$top=x',
		'$skiptoken=MTA',
		'$skiptoken=%00',
		'$skip=1',
		'follow',
		'token=a',
		'=',
	),
	fc.constantFrom(
		"$filter=properties/status%20eq%20'New'",
		'$filter=properties/startTime%20ge%202021-11-28',
		'$filter=%27',
		'$filter=%ff',
		'%zz',
	),
	fc.string({ maxLength: 20 }).map((text) => `$filter=${encodeURIComponent(text.toWellFormed())}`),
)

const value = fc.oneof(
	fc.constantFrom<unknown>(
		null,
		'',
		'hello',
		'a',
		true,
		false,
		0,
		-1,
		1e308,
		'2030-01-01T00:00:00Z',
		'x'.repeat(2_000),
		'\u0000',
		'\ud800',
	),
	fc.constantFrom<unknown>(
		{ name: 'hello' },
		{ name: 'a' },
		{ name: null },
		{ name: '' },
		{},
		[],
		{ a: 'b' },
		{ __proto__: null, toString: 'x' },
	),
	fc.jsonValue(),
)
const members = [
	'runbook',
	'parameters',
	'runOn',
	'uri',
	'expiryTime',
	'isEnabled',
	'description',
	'runbookType',
	'draft',
	'logVerbose',
	'overlapSeconds',
	'signature',
	'entraId',
	'allowedAddresses',
	'rateLimit',
	'bodyBytesMax',
	'isTokenRequired',
	'protectionMode',
	'sender',
	'dryRun',
	'content',
	'value',
	'isEncrypted',
	'userName',
	'password',
]
// What is stored is searched for passwords: one must not stand there as something else.
const properties = fc
	.dictionary(fc.constantFrom(...members), value)
	.map((all) => (typeof all.password === 'string' && all.password.length > 7 ? { ...all, password: 'a password alone' } : all))
const json = fc.oneof(fc.record({ name: value, properties, tags: value }, { requiredKeys: [] }), properties, value)
const body = fc.oneof(
	json.map((each) => Buffer.from(JSON.stringify(each) ?? '')),
	fc.constantFrom('', '{', '[[[[', '"', 'nul', '\uFEFF{}', '['.repeat(50_000)).map((text) => Buffer.from(text)),
	fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
)
const headers = fc.record(
	{
		'content-type': fc.constantFrom('application/json; charset=utf-8', 'text/powershell', 'application/xml', 'x'),
		'content-encoding': fc.constantFrom('identity', 'gzip', 'x'),
		'x-ms-client-request-id': fc.constantFrom('a', 'a b', 'x'.repeat(500)),
		'last-event-id': fc.constantFrom('x', `${'0'.repeat(36)}_${'0'.repeat(20)}_${'9'.repeat(20)}`),
		authorization: fc.constantFrom('Bearer', 'Bearer x', 'Basic eDp4', ''),
	},
	{ requiredKeys: [] },
)
const method = fc.constantFrom('GET', 'GET', 'PUT', 'PUT', 'POST', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND')
const start = { properties: { runbook: { name: 'hello' }, parameters: { name: 'x' } } }
const sound: [string, string, unknown][] = [
	['PUT', '/jobs/{}', start],
	['PUT', '/jobs/{}', { properties: { runbook: { name: 'hello' } } }],
	['GET', '/jobs/{}', undefined],
	['POST', '/jobs/{}/stop', undefined],
	['PUT', '/webhooks/{}', { properties: { ...start.properties, expiryTime: '2030-01-01T00:00:00Z' } }],
	['PATCH', '/webhooks/{}', { properties: { isEnabled: false } }],
	['POST', '/webhooks/{}/replace', { properties: { expiryTime: '2030-01-01T00:00:00Z' } }],
	['PATCH', '/webhooks/{}', { properties: { signature: { scheme: 'github', secrets: [{ variable: 'a' }] }, allowedAddresses: ['::1'] } }],
	['POST', '/webhooks/{}/test', { properties: { dryRun: true } }],
	['GET', '/webhooks/{}/deliveries', undefined],
	['DELETE', '/webhooks/{}', undefined],
	['PUT', '/runbooks/{}', { properties: { runbookType: 'TypeScript' } }],
	['PUT', '/runbooks/{}/draft/content', 'export default 1'],
	['GET', '/runbooks/{}/draft', undefined],
	['GET', '/runbooks/{}', undefined],
	['DELETE', '/runbooks/{}', undefined],
	['PUT', '/runbooks/{}/draft/testJob', {}],
	['PUT', '/variables/{}', { properties: { value: '"text"', isEncrypted: true } }],
	['PATCH', '/variables/{}', { properties: { value: '12345' } }],
	['GET', '/variables/{}', undefined],
	['PUT', '/credentials/{}', { properties: { userName: 'a', password: 'abcd' } }],
	['DELETE', '/credentials/{}', undefined],
	['POST', '/rotateSecretKey', undefined],
]
/** What would do something, as it is or with one part of it made random. */
const nearlySound = fc
	.record({
		of: fc.constantFrom(...sound),
		name: fc.constantFrom('a', 'A', 'b', 'c', 'hello', 'of-the-file'),
		spoiled: fc.constantFrom('nothing', 'nothing', 'query', 'headers', 'body'),
		query: fc.array(queryPart, { maxLength: 3 }),
		...{ headers, body },
	})
	.map(({ of: [method, resource, fitting], name, spoiled, ...random }) => ({
		method,
		path: accountPath + resource.replace('{}', name),
		query: spoiled === 'query' ? random.query : [],
		headers: spoiled === 'headers' ? random.headers : {},
		body: spoiled === 'body' ? random.body : Buffer.from(fitting === undefined ? '' : JSON.stringify(fitting)),
		isKnown: 1,
	}))
const random = fc.record({ method, path, query: fc.array(queryPart, { maxLength: 3 }), headers, body, isKnown: fc.nat(9) })
/** Requests of the management API: arbitrary ones, and such that would do something. `isKnown` 0: without the management token. */
export const anyRequest = fc.oneof(random, nearlySound)
export type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer Value> ? Value : never
