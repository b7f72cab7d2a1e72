export function AccessTokensPage() {
	return <h1 tabIndex={-1}>AccessTokensPage</h1>
}
