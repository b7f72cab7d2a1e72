import { hashToken, newToken } from './token.ts'

/** What is decided once for the whole installation: the hash of a generated token. */
type Settings = { get(name: string): Promise<string | undefined>; setOnce(name: string, value: string): Promise<string> }

export type ManagementToken = {
	tokenHash: string
	/** Made now; nobody knows it yet. */
	generated?: string
	/** Keeps the hash of a generated one; whether it is the one that is valid from now on. */
	keep(): Promise<boolean>
}

/** The token that manages this account and says who else may: the one that is set, else one that is made at the first start and told once. */
export async function openManagementToken(settings: Settings, configured: string | undefined): Promise<ManagementToken> {
	const kept = configured === undefined ? await settings.get('management token hash') : hashToken(configured)
	if (kept !== undefined) return { tokenHash: kept, keep: async () => false }
	const generated = newToken()
	const own = hashToken(generated)
	const token: ManagementToken = {
		tokenHash: own,
		generated,
		async keep() {
			token.tokenHash = await settings.setOnce('management token hash', own)
			return token.tokenHash === own
		},
	}
	return token
}
