import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { addressesOutside, isAddressOrRange } from '../../../../runbooks/lib/check-endpoints/address-ranges.ts'
import { forAny } from '../../../support/properties.ts'

for (const [text, is] of [
	['10.0.0.1', true],
	['10.0.0.0/8', true],
	['0.0.0.0/0', true],
	['10.0.0.0/32', true],
	['2001:db8::/32', true],
	['::1', true],
	['::/0', true],
	['10.0.0.0/33', false],
	['2001:db8::/129', false],
	['10.0.0/8', false],
	['10.0.0.0/', false],
	['10.0.0.0/-1', false],
	['10.0.0.0/8/8', false],
	['fe80::1%eth0', false],
	['example.com', false],
	['', false],
] as const) {
	test(`${text || 'an empty text'} is ${is ? 'an' : 'no'} address or range`, () => equal(isAddressOrRange(text), is))
}

for (const [addresses, ranges, outside] of [
	[['10.1.2.3'], ['10.0.0.0/8'], []],
	[['11.1.2.3'], ['10.0.0.0/8'], ['11.1.2.3']],
	[['10.1.2.3', '192.0.2.1', '203.0.113.9'], ['10.0.0.0/8', '192.0.2.1'], ['203.0.113.9']],
	[['192.0.2.1'], ['192.0.2.0'], ['192.0.2.1']],
	[['2001:db8:1::5'], ['2001:db8::/32'], []],
	[['2001:db9::5'], ['2001:db8::/32'], ['2001:db9::5']],
	[['2001:0db8:0:0::1'], ['2001:db8::1'], []],
	[['2001:db8::1'], ['0.0.0.0/0'], ['2001:db8::1']],
	[['fe80::1%eth0'], ['fe80::/10'], []],
] as const) {
	test(`of ${addresses} there is outside of ${ranges}: ${outside.length > 0 ? outside : 'none'}`, () => {
		deepEqual(addressesOutside([...addresses], [...ranges]), outside)
	})
}

test('for any two IPv4 addresses and prefix, one is in the range of the other when their first bits are the same', () => {
	const address = fc.nat({ max: 0xffff_ffff })
	const dotted = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.')
	forAny(fc.tuple(address, address, fc.integer({ min: 0, max: 32 }), fc.boolean()), ([one, other, prefix, isNear]) => {
		// Random addresses share few bits: half of the time one bit below the prefix differs, or none.
		const near = isNear ? (one ^ (prefix < 32 ? 1 << (31 - prefix) : 0)) >>> 0 : other
		const same = prefix === 0 || one >>> (32 - prefix) === near >>> (32 - prefix)
		deepEqual(addressesOutside([dotted(near)], [`${dotted(one)}/${prefix}`]), same ? [] : [dotted(near)])
	})
})

test.run()
