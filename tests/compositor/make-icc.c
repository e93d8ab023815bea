/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * make-icc KIND FILE: writes a display profile for the colour tests.
 *
 *   gamma    a matrix profile with other primaries than sRGB, and a power curve
 *   vcgt     the same, with a calibration that differs from channel to channel
 *   table    tables of three dimensions instead of curves and matrix
 *   pq, hlg  the primaries with the transfer functions of ITU-R BT.2100, relative to their peak
 */
#include <lcms2.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TABLE_EDGE 9
#define CURVE_LENGTH 4096

/* D65 and the primaries of a wide gamut display. */
static const cmsCIExyY white = {0.3127, 0.3290, 1.0};
static const cmsCIExyYTRIPLE primaries = {
	{0.680, 0.320, 1.0}, {0.265, 0.690, 1.0}, {0.150, 0.060, 1.0}};

/* ITU-R BT.2100, table 4: electrical value to light. */
static double pq(double e)
{
	const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128, c1 = 3424.0 / 4096;
	const double c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
	double p = pow(e, 1 / m2);

	return pow(fmax(p - c1, 0) / (c2 - c3 * p), 1 / m1);
}

/* ITU-R BT.2100, table 5: inverse of the reference OETF. */
static double hlg(double e)
{
	const double a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log(4 * a);

	return e <= 0.5 ? e * e / 3 : (exp((e - c) / a) + b) / 12;
}

static cmsHPROFILE make_curve(cmsToneCurve *curve)
{
	cmsToneCurve *curves[3] = {curve, curve, curve};
	cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);

	cmsFreeToneCurve(curve);
	return profile;
}

static cmsHPROFILE make_gamma(double gamma)
{
	return make_curve(cmsBuildGamma(NULL, gamma));
}

static cmsHPROFILE make_tabulated(double (*to_light)(double))
{
	static cmsFloat32Number values[CURVE_LENGTH];

	for (int i = 0; i < CURVE_LENGTH; i++) {
		values[i] = (float)to_light((double)i / (CURVE_LENGTH - 1));
	}
	return make_curve(cmsBuildTabulatedToneCurveFloat(NULL, CURVE_LENGTH, values));
}

static bool add_calibration(cmsHPROFILE profile)
{
	cmsToneCurve *curves[3];
	bool ok;

	for (int i = 0; i < 3; i++) {
		curves[i] = cmsBuildGamma(NULL, 1.0 + 0.15 * (i + 1));
	}
	ok = cmsWriteTag(profile, cmsSigVcgtTag, curves);
	cmsFreeToneCurveTriple(curves);
	return ok;
}

static cmsInt32Number sample(const cmsUInt16Number in[], cmsUInt16Number out[], void *transform)
{
	cmsDoTransform(transform, in, out, 1);
	return 1;
}

static bool add_table(cmsHPROFILE profile, cmsTagSignature tag, cmsHTRANSFORM transform)
{
	cmsPipeline *pipeline = cmsPipelineAlloc(NULL, 3, 3);
	cmsStage *table = cmsStageAllocCLut16bit(NULL, TABLE_EDGE, 3, 3, NULL);
	/* The tag's type wants curves on both sides. */
	bool ok = cmsStageSampleCLut16bit(table, sample, transform, 0) &&
		  cmsPipelineInsertStage(
			  pipeline, cmsAT_END, cmsStageAllocToneCurves(NULL, 3, NULL)) &&
		  cmsPipelineInsertStage(pipeline, cmsAT_END, table) &&
		  cmsPipelineInsertStage(
			  pipeline, cmsAT_END, cmsStageAllocToneCurves(NULL, 3, NULL)) &&
		  cmsWriteTag(profile, tag, pipeline);

	cmsPipelineFree(pipeline);
	return ok;
}

static cmsHPROFILE make_table(void)
{
	cmsHPROFILE model = make_gamma(1.8), lab = cmsCreateLab4Profile(NULL);
	cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
	cmsHTRANSFORM to_lab = cmsCreateTransform(model, TYPE_RGB_16, lab, TYPE_Lab_16,
		INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
	cmsHTRANSFORM from_lab = cmsCreateTransform(lab, TYPE_Lab_16, model, TYPE_RGB_16,
		INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
	bool ok;

	cmsSetProfileVersion(profile, 4.3);
	cmsSetDeviceClass(profile, cmsSigDisplayClass);
	cmsSetColorSpace(profile, cmsSigRgbData);
	cmsSetPCS(profile, cmsSigLabData);
	ok = cmsWriteTag(profile, cmsSigMediaWhitePointTag, cmsD50_XYZ()) &&
	     add_table(profile, cmsSigAToB0Tag, to_lab) &&
	     add_table(profile, cmsSigAToB1Tag, to_lab) &&
	     add_table(profile, cmsSigBToA0Tag, from_lab) &&
	     add_table(profile, cmsSigBToA1Tag, from_lab);
	cmsDeleteTransform(to_lab);
	cmsDeleteTransform(from_lab);
	cmsCloseProfile(lab);
	cmsCloseProfile(model);
	if (!ok) {
		cmsCloseProfile(profile);
		return NULL;
	}
	return profile;
}

static bool describe(cmsHPROFILE profile, const char *kind)
{
	cmsMLU *text = cmsMLUalloc(NULL, 1);
	bool ok = cmsMLUsetASCII(text, "en", "US", kind) &&
		  cmsWriteTag(profile, cmsSigProfileDescriptionTag, text);

	cmsMLUfree(text);
	return ok;
}

int main(int argc, char *argv[])
{
	cmsHPROFILE profile = NULL;

	if (argc != 3) {
		fprintf(stderr, "usage: make-icc gamma|vcgt|table|pq|hlg FILE\n");
		return 2;
	}
	if (strcmp(argv[1], "table") == 0) {
		profile = make_table();
	} else if (strcmp(argv[1], "gamma") == 0 || strcmp(argv[1], "vcgt") == 0) {
		profile = make_gamma(2.2);
	} else if (strcmp(argv[1], "pq") == 0) {
		profile = make_tabulated(pq);
	} else if (strcmp(argv[1], "hlg") == 0) {
		profile = make_tabulated(hlg);
	}
	if (!profile || (strcmp(argv[1], "vcgt") == 0 && !add_calibration(profile)) ||
		!describe(profile, argv[1]) || !cmsMD5computeID(profile) ||
		!cmsSaveProfileToFile(profile, argv[2])) {
		fprintf(stderr, "make-icc: cannot make %s\n", argv[1]);
		return 1;
	}
	cmsCloseProfile(profile);
	return 0;
}
