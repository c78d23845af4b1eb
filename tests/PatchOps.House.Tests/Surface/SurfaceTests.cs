using PatchOps.Tests;

namespace PatchOps.House.Tests.Surface;

/// <summary>Nothing that scripts rely on changes unseen.</summary>
public sealed class SurfaceTests
{
    private static readonly Lazy<FailureCodes> Codes = new(FailureCodes.Read);

    private static string Checked => Path.Combine(SharedData.Repository, "docs", "public-surface.txt");

    [Fact]
    public void Surface_is_the_checked_in_one()
    {
        var now = PublicSurface.Text(Codes.Value.Codes);
        if (Environment.GetEnvironmentVariable("PATCHOPS_UPDATE_SURFACE") == "1") File.WriteAllText(Checked, now);
        var before = File.Exists(Checked) ? File.ReadAllText(Checked).ReplaceLineEndings("\n") : "";
        if (now == before) return;
        var gone = before.Split('\n').Except(now.Split('\n')).Select(l => "- " + l.Trim());
        var come = now.Split('\n').Except(before.Split('\n')).Select(l => "+ " + l.Trim());
        Assert.Fail($"docs/public-surface.txt differs from what is built:\n{string.Join('\n', gone.Concat(come).Take(60))}\n"
            + "If that is meant, run: PATCHOPS_UPDATE_SURFACE=1 dotnet test tests/PatchOps.House.Tests --filter FullyQualifiedName~Surface, review the file and say it in CHANGELOG.md.");
    }

    [Fact]
    public void Every_error_id_can_be_read_from_the_sources() => Breaches.None(Codes.Value.Unreadable);

    [Fact]
    public void Error_ids_are_words_in_Pascal_case()
    {
        Assert.True(Codes.Value.Codes.Count > 50, "The scan found too few codes to be right.");
        Assert.All(Codes.Value.Codes, c => Assert.Matches("^[A-Z][A-Za-z0-9]+$", c));
    }
}
