BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $missing = @()
    foreach ($needed in '../shared/data/kev', '../shared/data/epss', '../shared/data/nvd', 'examples/estate/assets.csv', 'examples/estate/incidents.csv') {
        if (-not (Test-Path -LiteralPath (Join-Path $root $needed))) { $missing += $needed }
    }
}

Describe 'The main job as written' -ForEach @{ Missing = $missing } {
    BeforeAll {
        . "$PSScriptRoot/Session.ps1"
        $script:store = Get-NewStore
    }

    It 'goes from feeds to a verdict' {
        if ($Missing) { Set-ItResult -Skipped -Because "$($Missing -join ', ') is not beside this checkout" ; return }
        $lines = Invoke-CleanSession -Store $store @"
Set-Location '$Repository'
Import-Module `$ModulePath
`$WarningPreference = 'SilentlyContinue'
`$feeds = Import-PatchFeed ../shared/data/kev, ../shared/data/epss, ../shared/data/nvd
"feeds: `$((`$feeds | Measure-Object Read -Sum).Sum -gt 1000) `$(@(`$feeds | Where-Object { `$_.Read -ne `$_.Added + `$_.Updated + `$_.Unchanged + `$_.Rejected }).Count)"
`$null = Import-PatchAsset examples/estate/assets.csv; `$null = Import-PatchProblem examples/estate/problems.csv
`$null = Import-PatchIncident examples/estate/incidents.csv; `$null = Import-PatchDeployment examples/estate/deployments.csv
if (Test-Path examples/estate/software.csv) { `$null = Import-PatchAsset examples/estate/software.csv }
if (Test-Path examples/estate/feeds) { `$null = Import-PatchFeed examples/estate/feeds }
if (Get-Command dpkg-query -ErrorAction Ignore) { `$null = Get-PatchInventory -ComputerName localhost -Transport Local | Import-PatchAsset }
`$store = Get-PatchStore
"store: `$(`$store.Assets -ge 200) `$(`$store.Problems) `$(`$store.Incidents)"
`$risks = Get-PatchRisk -By Patch -Top 20
"risks: `$(`$risks.Count -gt 0) `$(`$risks[0].Rank) `$(`$risks[0].GetType().FullName)"
`$plan = Get-PatchRisk -Top 20 | New-PatchPlan -Name 'November' -Horizon 14.00:00:00
"plan: `$(`$plan.GetType().Name) `$(`$plan.Waves.Count -gt 0) `$(@(`$plan.Waves | Where-Object Ring -ne 'Broad').Count -gt 0)"
`$runs = `$plan | Invoke-PatchWave -Wave 1 -WhatIf
"wave: `$(@(`$runs).Count -gt 0) `$(@(`$runs)[0].GetType().Name) `$(@(`$runs | Where-Object { -not `$_.Simulated }).Count)"
`$verdict = Test-PatchEffectiveness -Problem PRB0001
"verdict: `$(`$verdict.GetType().Name) `$(`$verdict.Problem)"
"audit: `$((Test-PatchAudit).Intact)"
"@
        $text = $lines -join "`n"
        $text | Should -Match 'feeds: True 0'
        $text | Should -Match 'store: True 12 3\d\d\d'
        $text | Should -Match 'risks: True 1 PatchOps.Domain.PatchRisk'
        $text | Should -Match 'plan: PatchPlan True True'
        $text | Should -Match 'wave: True HostRun 0'
        $text | Should -Match 'verdict: EffectivenessResult PRB0001'
        $text | Should -Match 'audit: True'
    }
}

Describe 'A reader that stops early' {
    BeforeAll { . "$PSScriptRoot/Session.ps1" }

    It 'ends the query without an error and leaves the store usable' {
        $lines = Invoke-CleanSession -Store (Get-NewStore) @'
Import-Module $ModulePath
$null = 1..500 | ForEach-Object { [pscustomobject]@{ Id = "host-$_"; Name = "host-$_" } } | Import-PatchAsset
(Get-PatchAsset | Select-Object -First 1).Id.Length -gt 0
(Get-PatchAsset).Count
'@
        $lines | Should -Be @('True', '500')
    }
}

Describe 'Problems through the pipeline' {
    It 'closes those with proof where one before them is refused' {
        . "$PSScriptRoot/Session.ps1"
        $lines = Invoke-CleanSession -Store (Get-NewStore) @"
Import-Module `$ModulePath
`$null = [pscustomobject]@{ Id = 'web1' } | Import-PatchAsset
`$null = 'A', 'B', 'C' | ForEach-Object { [pscustomobject]@{ Id = `$_; Title = 'Slow'; Status = 'Open'; Patches = 'KB1'; ConfigurationItems = 'web1' } } | Import-PatchProblem
`$null = New-PatchException -Kind RiskAcceptance -Patch KB1 -Asset web1 -Justification 'isolated' -ApprovedBy CISO -Until (Get-Date).AddDays(30)
`$null = Set-PatchProblem B -Patch KB2
Get-PatchProblem | Set-PatchProblem -Status Resolved -Confirm:`$false -ErrorAction SilentlyContinue -ErrorVariable refused | ForEach-Object { "`$(`$_.Id) `$(`$_.Status)" }
"`$(`$refused.FullyQualifiedErrorId.Split(',')[0])"
"@
        $lines -join ' ' | Should -Be 'A Resolved C Resolved ProblemUnproven'
    }
}
