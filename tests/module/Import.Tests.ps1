BeforeAll { . "$PSScriptRoot/Session.ps1" }

Describe 'The module in a clean session' {
    It 'exports the cmdlets that its manifest lists' {
        $listed = (Import-PowerShellDataFile "$ModulePath/PatchOps.psd1").CmdletsToExport | Sort-Object
        $found = Invoke-CleanSession 'Import-Module $ModulePath; (Get-Command -Module PatchOps).Name | Sort-Object'
        $found | Should -Be $listed
    }

    It 'can be imported twice' {
        $names = Invoke-CleanSession 'Import-Module $ModulePath; Import-Module $ModulePath; (Get-Command -Module PatchOps).Count; (Get-CvssScore CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H).BaseScore'
        $names[-1] | Should -Be '9.8'
    }

    It 'exports the same cmdlets again with -Force' {
        $lines = Invoke-CleanSession 'Import-Module $ModulePath; (Get-Command -Module PatchOps).Count; Import-Module $ModulePath -Force; (Get-Command -Module PatchOps).Count; (Compare-PatchVersion 1.0 1.0-1 -Scheme Dpkg).Result'
        $lines[0] | Should -Be $lines[1]
        $lines[2] | Should -Be '-1'
    }

    It 'comes back after Remove-Module' {
        Invoke-CleanSession 'Import-Module $ModulePath; Remove-Module PatchOps; Import-Module $ModulePath; (Get-Command -Module PatchOps).Count' | Should -BeGreaterThan 20
    }

    It 'refuses a second copy in the same session and says what to do' {
        $copy = Join-Path $env:PATCHOPS_TEST_WORK 'copy/PatchOps'
        $null = New-Item -ItemType Directory (Split-Path $copy) -Force
        Copy-Item $ModulePath $copy -Recurse
        $said = Invoke-CleanSession "Import-Module `$ModulePath; try { Import-Module '$copy' -Force; 'imported' } catch { `"`$_`" }"
        "$said" | Should -Match 'new session'
    }

    It 'gives objects of the shared domain, not of a private context' {
        Invoke-CleanSession 'Import-Module $ModulePath; $c = Get-CvssScore CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H; [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($c.GetType().Assembly).Name; $c -is [PatchOps.Domain.CvssResult]' |
            Should -Be @('Default', 'True')
    }

    It 'takes -Store on every cmdlet that has something to do with one' {
        Invoke-CleanSession 'Import-Module $ModulePath; (Get-Command -Module PatchOps | Where-Object { -not $_.Parameters.ContainsKey("Store") }).Name' | Should -Be 'Disconnect-PatchStore'
    }
}

Describe 'Errors' {
    It 'carry id, category, target and remedy, and let the rest of the pipeline go on' {
        $lines = Invoke-CleanSession @'
Import-Module $ModulePath
$ErrorActionPreference = 'Continue'
$good = Get-CvssScore 'nonsense', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' -ErrorVariable bad -ErrorAction SilentlyContinue
$good.BaseScore; $bad[0].FullyQualifiedErrorId; $bad[0].CategoryInfo.Category; $bad[0].TargetObject; [bool] $bad[0].ErrorDetails.RecommendedAction
'@
        $lines | Should -Be @('9.8', 'CvssVectorInvalid,PatchOps.Module.Cmdlets.Decide.GetCvssScoreCommand', 'InvalidArgument', 'nonsense', 'True')
    }

    It 'name a missing file and leave nothing behind' {
        $store = Get-NewStore
        $said = Invoke-CleanSession -Store $store 'Import-Module $ModulePath; try { Import-PatchAsset ./no-such-file.csv } catch { $_.FullyQualifiedErrorId; "$_" }'
        "$said" | Should -Match 'no-such-file.csv'
        "$said" | Should -Match 'PathNotFound'
    }
}

Describe 'The store of a session' {
    It 'is connected, used by default, and forgotten again' {
        $store = Get-NewStore
        $lines = Invoke-CleanSession -Store (Get-NewStore) "Import-Module `$ModulePath; (Connect-PatchStore '$store').Location; (Get-PatchStore).Location; Disconnect-PatchStore; (Get-PatchStore).Location -eq '$store'"
        $lines | Should -Be @($store, $store, 'False')
    }

    It 'is not replaced by one that cannot be opened' {
        $store = Get-NewStore
        $bad = Join-Path $env:PATCHOPS_TEST_WORK 'not-a-store.db'
        Set-Content -LiteralPath $bad -Value ('this is no store ' * 100)
        $lines = Invoke-CleanSession "Import-Module `$ModulePath; `$null = Connect-PatchStore '$store'; try { Connect-PatchStore '$bad' } catch { `$_.FullyQualifiedErrorId }; (Get-PatchStore).Location"
        $lines[0] | Should -BeLike 'StoreInvalid,*'
        $lines[1] | Should -Be $store
    }
}

Describe 'Completion' {
    It 'offers assets and problems of the store, quickly, and never makes a store' {
        $store = Get-NewStore
        $lines = Invoke-CleanSession -Store $store @'
Import-Module $ModulePath
function Complete($line) { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText }
"before: $((Complete 'Get-PatchRisk -Problem PRB') -join ',') $(Test-Path $env:PATCHOPS_STORE)"
$null = [pscustomobject]@{ Id = 'web-1'; Name = 'web-1.example' }, [pscustomobject]@{ Id = 'db-1'; Name = 'db-1.example' } | Import-PatchAsset
$null = [pscustomobject]@{ Id = 'PRB0007'; Title = 'Slow' } | Import-PatchProblem
Complete 'Get-PatchAsset we'
Complete 'Get-PatchRisk -Problem PRB'
$watch = [Diagnostics.Stopwatch]::StartNew(); $null = Complete 'Get-PatchRisk -Asset db'; $watch.ElapsedMilliseconds -lt 1000
'@
        $lines | Should -Be @('before:  False', 'web-1.example', 'PRB0007', 'True')
    }
}

Describe 'Views' {
    It 'show <Type> at a width of 120 without cutting a row in two' -ForEach @(
        @{ Type = 'CvssResult'; Command = "Get-CvssScore CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H, CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"; Rows = 2 }
        @{ Type = 'VersionComparison'; Command = 'Compare-PatchVersion 1.2 1.10 -Scheme SemVer'; Rows = 1 }
        @{ Type = 'StoreInfo'; Command = "Get-PatchStore"; Rows = 1 }
    ) {
        $lines = Invoke-CleanSession -Store (Get-NewStore) "Import-Module `$ModulePath; $Command | Out-String -Width 120 -Stream | Where-Object { `$_.Trim() }"
        $lines.Count | Should -Be (2 + $Rows)
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 140
    }
}
