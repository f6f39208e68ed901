# What a person without Tenantry would type, in one go: a token by HTTP, the module, the connection. The first prompt
# comes after the last line. The BENCH_ variables stand for what the person knows.
$form = @{
    grant_type    = 'client_credentials'
    client_id     = $env:BENCH_CLIENT_ID
    client_secret = $env:BENCH_CLIENT_SECRET
    scope         = $env:BENCH_SCOPE
}
if (Get-Command -Name Invoke-RestMethod -ErrorAction Ignore) {
    $token = (Invoke-RestMethod -Method Post -Uri $env:BENCH_TOKEN_URL -Body $form).access_token
}
else {
    # An engine without the everyday cmdlets still has .NET's own client.
    $pairs = [System.Collections.Generic.Dictionary[string, string]]::new()
    foreach ($name in $form.Keys) { $pairs.Add($name, $form[$name]) }
    $client = [System.Net.Http.HttpClient]::new()
    $answer = $client.PostAsync($env:BENCH_TOKEN_URL, [System.Net.Http.FormUrlEncodedContent]::new($pairs)).Result
    $token = (ConvertFrom-Json -InputObject $answer.Content.ReadAsStringAsync().Result).access_token
}
Import-Module -Name $env:BENCH_MODULE
Connect-ExchangeOnline -AccessToken $token -Organization $env:BENCH_ORGANIZATION -ConnectionUri $env:BENCH_CONNECTION_URI -ShowBanner:$false
