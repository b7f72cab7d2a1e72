/** What is there and cannot be read. Its message names the asset and holds nothing of its value. */
export class UnreadableAssetError extends Error {
	override name = 'UnreadableAssetError'
}

/** What runbooks share: variables (JSON values) and credentials (user name and password). */
export type AssetKind = 'variable' | 'credential'

/** An asset as it is kept. */
export type KeptAsset = {
	kind: AssetKind
	name: string
	/** Of a credential. */
	userName: string | null
	/** The JSON text of a plain variable; what sealValue made of an encrypted one's, or of a password. */
	value: string
	/** The key that the value is sealed with; null where it is not. */
	keyId: string | null
	description: string | null
	creationTime: number
	lastModifiedTime: number
}

export type AssetChange = {
	userName?: string
	description?: string | null
	/** A sealed value replaces a sealed one only, a plain one a plain one. */
	value?: { value: string; keyId: string | null }
}

/** What a job did with an asset. Where it used one several times, this is the first and the last time. */
export type AssetUse = {
	kind: AssetKind
	name: string
	access: 'read' | 'write'
	/** Where the value came from. */
	source: 'store' | 'environment' | 'file'
	firstTime: number
	lastTime: number
	useCount: number
}

/** What this folder needs kept. Names compare without regard to case. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type AssetStore = {
	get(kind: AssetKind, name: string): Promise<KeptAsset | undefined>
	/** In the order of their names, after one of them ('' = from the first). */
	list(kind: AssetKind, page: { after: string; limit: number }): Promise<KeptAsset[]>
	names(kind: AssetKind): Promise<string[]>
	create(asset: KeptAsset, most: number): Promise<'created' | 'nameTaken' | 'tooMany'>
	/** Resolves with the asset as it is then; undefined when there is none, or its value is sealed where the new one is not, or the reverse. */
	change(kind: AssetKind, name: string, change: AssetChange, at: number): Promise<KeptAsset | undefined>
	/** Whether there was one. */
	delete(kind: AssetKind, name: string): Promise<boolean>
	/** The keys that values are sealed with. */
	keyIds(): Promise<string[]>
	/** Assets whose values are sealed with any other key than this one, after one of them. */
	listSealedOtherwise(keyId: string, page: { after: Pick<KeptAsset, 'kind' | 'name'> | undefined; limit: number }): Promise<KeptAsset[]>
	/** Replaces a sealed value, unless it was changed meanwhile. Leaves the time of the last change. */
	reseal(asset: KeptAsset, sealed: { value: string; keyId: string }): Promise<void>
	/** Records a use with the job, unless the job used as many different assets as may be. */
	noteUse(jobId: string, use: Pick<AssetUse, 'kind' | 'name' | 'access' | 'source'>, at: number, most: number): Promise<'noted' | 'tooMany'>
	/** The uses of a job, by their first times. */
	uses(jobId: string): Promise<AssetUse[]>
}
