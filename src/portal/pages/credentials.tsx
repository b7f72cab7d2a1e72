export function CredentialsPage() {
	return <h1 tabIndex={-1}>CredentialsPage</h1>
}
