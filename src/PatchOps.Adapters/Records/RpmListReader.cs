using System.Text.RegularExpressions;
using PatchOps.Core.Intake.Records;

namespace PatchOps.Adapters.Records;

/// <summary>
/// What <c>rpm -qa</c> prints: <c>name-version-release.arch</c>, with an epoch before the version where there is one; or, with source
/// packages, <c>rpm -qa --qf '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'</c>.
/// </summary>
internal sealed partial class RpmListReader(string asset, string? ecosystem)
{
    /// <summary>Keys that rpm keeps beside packages; they have no code.</summary>
    private const string Key = "gpg-pubkey";

    public static bool Recognises(string line) =>
        line.StartsWith(Key, StringComparison.Ordinal)
        || ((line.Contains('\t', StringComparison.Ordinal) ? Tabbed() : Plain()).Match(line) is { Success: true } m && Architecture().IsMatch(m.Groups["arch"].Value));

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        foreach (var (number, line) in RecordLines.Read(path, cancellationToken))
        {
            var text = line.Trim();
            if (text.Length == 0 || text.StartsWith(Key, StringComparison.Ordinal)) continue;
            var place = InstalledRow.Line(path, number);
            var found = text.Contains('\t', StringComparison.Ordinal) ? Tabbed().Match(text) : Plain().Match(text);
            if (!found.Success)
            {
                yield return InstalledRow.Bad(place, "it is neither name-version-release.arch nor name, version, architecture and source by tabs");
                continue;
            }
            var epoch = found.Groups["epoch"].Value;
            var version = epoch is "" or "0" or "(none)" ? found.Groups["evr"].Value : $"{epoch}:{found.Groups["evr"].Value}";
            yield return InstalledRow.Of(place, asset, found.Groups["name"].Value, version, ecosystem, found.Groups["arch"].Value, InstalledRow.RpmSource(found.Groups["source"].Value));
        }
    }

    [GeneratedRegex(@"^(?<name>[^\s,;]+)-((?<epoch>\d+):)?(?<evr>[^\s:,;-]+-[^\s:,;-]+)\.(?<arch>[A-Za-z0-9_]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(?<name>[^\s,;]+)\t((?<epoch>\d+|\(none\)):)?(?<evr>[^\s:,;-]+-[^\s:,;-]+)\t(?<arch>[A-Za-z0-9_]+|\(none\))(\t(?<source>\S*))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tabbed();

    [GeneratedRegex("^(noarch|x86_64|i[3-6]86|aarch64|armv[5-8]\\w*|ppc\\w*|s390x?|riscv64|loongarch64|mips\\w*|sparc\\w*|ia64|src)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Architecture();
}
