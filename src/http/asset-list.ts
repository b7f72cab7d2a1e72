import type { Request } from 'express'
import type { AssetKind, AssetStore, KeptAsset } from '../assets/asset-store.ts'
import { ASSET_PAGE_LENGTH_MAX, ASSET_STEP } from '../limits.ts'
import { keyOf, type ListQuery, page } from './list-request.ts'

type Asked = { request: Request; query: ListQuery; base: string }

/** One page of variables or credentials by name. It ends early where the values are long: a page is held in memory whole. */
export async function assetPage<Body>(
	store: Pick<AssetStore, 'list'>,
	kind: AssetKind,
	{ request, query, base, body }: Asked & { body: (asset: KeptAsset) => Body },
) {
	const shown: Body[] = []
	let after = keyOf(query) ?? ''
	for (let length = 0; ; ) {
		const limit = Math.min(query.$top - shown.length, ASSET_STEP)
		const assets = await store.list(kind, { after, limit: limit + 1 })
		for (const asset of assets.slice(0, limit)) {
			shown.push(body(asset))
			length += asset.value.length
			after = asset.name
			if (length > ASSET_PAGE_LENGTH_MAX) return page(shown, after, { request, base })
		}
		if (assets.length <= limit) return page(shown, undefined, { request, base })
		if (shown.length >= query.$top) return page(shown, after, { request, base })
	}
}
