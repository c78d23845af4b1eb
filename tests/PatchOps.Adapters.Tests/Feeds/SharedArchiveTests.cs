using System.Formats.Tar;
using PatchOps.Adapters.Feeds;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>Vendors' own documents, as they come.</summary>
public sealed class SharedArchiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("patchops-archive-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("csaf/vendor-csaf-vex-docs.tar.xz", FeedKind.Csaf, 50)]
    [InlineData("csaf/cisa-csaf-2024.tar.xz", FeedKind.Csaf, 340)]
    [InlineData("csaf/microsoft-msrc-raw-fixtures.tar.xz", FeedKind.Cvrf, 4)]
    [InlineData("csaf/microsoft-cvrf-per-cve.tar.xz", FeedKind.Cvrf, 6)]
    [InlineData("csaf/vendor-cvrf-xml.tar.xz", FeedKind.Cvrf, 6)]
    [InlineData("osv/osv-many-ecosystems.tar.xz", FeedKind.Osv, 100)]
    [InlineData("cve/osv.dev-cve5-fixtures.tar.xz", FeedKind.CveRecord, 13)]
    [InlineData("distro/debian-fixtures.tar.xz", FeedKind.DebianTracker, 1)]
    [InlineData("distro/debian-fixtures.tar.xz", FeedKind.AptRepository, 15)]
    [InlineData("distro/rpm-updateinfo-fixtures.tar.xz", FeedKind.RpmRepository, 20)]
    public void Published_documents_of_a_kind_are_recognised_and_read(string archive, FeedKind kind, int least)
    {
        Unpack(SharedData.Require(archive));
        var files = FeedFiles.Expand([_folder]).Select(f => f.File).OfType<FeedFile>().Where(f => f.Reader.Kind == kind).ToList();
        Assert.True(files.Count >= least, $"{files.Count} files of kind {kind}");
        var rejected = files.SelectMany(f => f.Read(f.Context(default)).Where(i => i.Rejected is not null).Select(i => $"{Path.GetRelativePath(_folder, f.Path)}: {i.Rejected}"))
            // Broken on purpose by those who published them.
            .Where(r => !r.Contains("invalid", StringComparison.Ordinal) && !r.Contains("badid", StringComparison.Ordinal) && !r.Contains("corrupt", StringComparison.Ordinal)
                && !r.Contains("'CVE-2026-123'", StringComparison.Ordinal) && !r.Contains("'CVE-2026-456'", StringComparison.Ordinal));
        Assert.Empty(rejected);
    }

    private void Unpack(string archive)
    {
        try
        {
            using var unpacked = XzProcess.Open(archive);
            TarFile.ExtractToDirectory(unpacked, _folder, overwriteFiles: true);
        }
        catch (FailureException e) when (e.Failure.Code == "XzMissing")
        {
            Skip.If(true, "xz is not installed.");
        }
    }
}
