Describe 'A wave in a runbook' {
    BeforeAll {
        . "$PSScriptRoot/Session.ps1"
        # Boxes in a folder, one file each, patched by script blocks; the box 'ill' cannot be patched while a file says so, 'stuck' hangs.
        $script:setup = @'
$ErrorActionPreference = 'Continue'
$WarningPreference = 'SilentlyContinue'
Import-Module $ModulePath
$boxes = Join-Path ([IO.Path]::GetDirectoryName($env:PATCHOPS_STORE)) "boxes-$PID"
$null = New-Item -ItemType Directory $boxes
$apply = "if (`$Asset.Name -eq 'ill' -and (Test-Path '$boxes/ill.bad')) { throw 'no licence' }; if (`$Asset.Name -eq 'stuck') { Start-Sleep 600 }; Set-Content ""$boxes/`$(`$Asset.Name)"" `$Changes[0].To"
$verify = "@{ Package = 'app'; Version = (Get-Content ""$boxes/`$(`$Asset.Name)"") }"
$null = Register-PatchProvider -Name box -Detect { } -Revert { } -Apply ([scriptblock]::Create($apply)) -Verify ([scriptblock]::Create($verify)) -Confirm:$false
function New-BoxPlan([string[]] $Name) {
    foreach ($box in $Name) {
        Set-Content "$boxes/$box" '1.0.0'
        $null = [pscustomobject]@{ Id = $box; Name = $box; Provider = 'box'; Environment = 'Test'; Criticality = 3; MaintenanceWindow = 'daily 00:00 PT23H30M' } | Import-PatchAsset
        $null = [pscustomobject]@{ Asset = $box; Package = 'app'; Version = '1.0.0'; Ecosystem = 'npm' } | Import-PatchAsset
    }
    Set-Content "$boxes/osv.json" '{ "schema_version": "1.6.0", "id": "GHSA-xxxx-xxxx-xxxx", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-70001"], "affected": [{ "package": { "ecosystem": "npm", "name": "app" }, "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.1.0" }] }] }] }'
    $null = Import-PatchFeed "$boxes/osv.json"
    Set-Content "$boxes/policy.yaml" 'planning: { maxFailures: 9, maxFailurePercent: 100, detectionWindow: 00:00:00, conduct: { stepTimeLimit: 00:00:03 } }'
    Get-PatchRisk -Policy "$boxes/policy.yaml" | New-PatchPlan -Name Boxes -Policy "$boxes/policy.yaml"
}
'@
    }

    It 'tells by $? and by errors with stable ids how the wave ended' {
        $lines = Invoke-CleanSession -Store (Get-NewStore) ($setup + @'

$plan = New-BoxPlan fine, ill, stuck
Set-Content "$boxes/ill.bad" ''
$null = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow -Confirm:$false 2> $null
"unapproved: $? $(($Error[0].FullyQualifiedErrorId -split ',')[0])"
$null = $plan | Approve-PatchPlan -Confirm:$false
$null = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow 2> $null
"unconfirmed: $? $(($Error[0].FullyQualifiedErrorId -split ',')[0])"
$runs = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow -Confirm:$false -ErrorVariable failed 2> $null
"failed: $? $(@($runs | Sort-Object Name | ForEach-Object { "$($_.Name)=$($_.State)" }) -join ' ')"
"errors: $(@($failed | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] } | Sort-Object -Unique) -join ' ') $(@($failed | Where-Object { -not $_.ErrorDetails.RecommendedAction }).Count)"
"reason: $(($runs | Where-Object Name -eq ill).Reason)"
"reason: $(($runs | Where-Object Name -eq stuck).Reason)"
"evidence: $((Get-PatchWave $plan.Id 1 -Evidence -Asset ill | Where-Object Kind -eq Command | Where-Object ExitCode -ne 0 | Select-Object -First 1).Step)"
"timeline: $(@(Get-PatchWave $plan.Id 1 -Timeline -Asset fine | Where-Object Outcome -ne Began | ForEach-Object Step) -join ' ')"
'@)
        $text = $lines -join "`n"
        $text | Should -Match 'unapproved: False PlanNotApproved'
        $text | Should -Match 'unconfirmed: False NotConfirmed'
        $text | Should -Match 'failed: False fine=Done ill=Failed stuck=Failed'
        $text | Should -Match 'errors: HostFailed 0'
        $text | Should -Match 'reason: .*no licence'
        $text | Should -Match 'reason: .*did not end'
        $text | Should -Match 'evidence: Apply'
        $text | Should -Match 'timeline: Admit PreCheck Stage Apply Verify .*Finish'
    }

    It 'gives hosts as they finish, and a reader that stops early leaves the rest and the evidence in order' {
        $lines = Invoke-CleanSession -Store (Get-NewStore) ($setup + @'

$plan = New-BoxPlan one, two, three
$null = $plan | Approve-PatchPlan -Confirm:$false
$first = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow -ThrottleLimit 1 -Confirm:$false | Select-Object -First 1
"first: $($first.GetType().Name) $($first.State)"
$states = Get-PatchWave $plan.Id 1 -Hosts | Group-Object State -AsHashTable -AsString
"kept: $(@(Get-PatchDeployment).Count -eq @($states.Done).Count) open=$(@(Get-PatchWave $plan.Id 1 -Hosts | Where-Object State -notin Done, Pending).Count)"
$null = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow -Confirm:$false
"end: $? $(@(Get-PatchWave $plan.Id 1 -Hosts | Where-Object State -eq Done).Count) $(Get-Content $boxes/one, $boxes/two, $boxes/three)"
'@)
        $text = $lines -join "`n"
        $text | Should -Match 'first: HostRun Done'
        $text | Should -Match 'kept: True open=0'
        $text | Should -Match 'end: True 3 1.1.0 1.1.0 1.1.0'
    }
}
