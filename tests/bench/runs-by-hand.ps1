# What a person without Tenantry would type to run one cmdlet in many tenants: a loop in one shell, one tenant after the
# other, or ForEach-Object -Parallel where this PowerShell has it. Prints how many rows came. The BENCH_ variables stand
# for what the person knows.
$tenants = ConvertFrom-Json -InputObject $env:BENCH_TENANTS
$one = {
    param($tenant)
    $form = [System.Collections.Generic.Dictionary[string, string]]::new()
    $form.Add('grant_type', 'client_credentials')
    $form.Add('client_id', $tenant.clientId)
    $form.Add('client_secret', $tenant.clientSecret)
    $form.Add('scope', $env:BENCH_SCOPE)
    $client = [System.Net.Http.HttpClient]::new()
    $answer = $client.PostAsync($tenant.tokenUrl, [System.Net.Http.FormUrlEncodedContent]::new($form)).Result
    $token = (ConvertFrom-Json -InputObject $answer.Content.ReadAsStringAsync().Result).access_token
    Import-Module -Name $env:BENCH_MODULE
    Connect-ExchangeOnline -AccessToken $token -Organization $tenant.organization -ConnectionUri $env:BENCH_CONNECTION_URI -ShowBanner:$false
    Get-Mailbox -ResultSize Unlimited
    Disconnect-ExchangeOnline -Confirm:$false
}
if ($env:BENCH_PARALLEL) {
    $text = $one.ToString()
    $rows = @($tenants | ForEach-Object -ThrottleLimit 4 -Parallel { & ([scriptblock]::Create($using:text)) $_ })
}
else { $rows = @(foreach ($tenant in $tenants) { & $one $tenant }) }
"rows: $($rows.Count)"
