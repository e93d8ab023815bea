/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_API_H
#define WR_GL_API_H

#include <stdbool.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>
#include <GLES2/gl2ext.h>

/**
 * The one seam between the renderer and the driver.
 *
 * Every EGL and GL entry point that the renderer calls is a member of struct gl_api, filled by one
 * loader through one resolver function. Nothing in the module links a GL library by symbol, apart
 * from the default resolver's eglGetProcAddress. The real driver, the fault injector's wrappers and
 * the tests' fake GL differ here and nowhere else.
 *
 * X(type, name): the member's type as the Khronos headers define it, and its name without the
 * leading "egl"/"gl".
 */

/* EGL 1.4: always there. */
#define GL_API_EGL_REQUIRED(X)                                                                     \
	X(PFNEGLBINDAPIPROC, BindAPI)                                                              \
	X(PFNEGLCHOOSECONFIGPROC, ChooseConfig)                                                    \
	X(PFNEGLCREATECONTEXTPROC, CreateContext)                                                  \
	X(PFNEGLCREATEWINDOWSURFACEPROC, CreateWindowSurface)                                      \
	X(PFNEGLDESTROYCONTEXTPROC, DestroyContext)                                                \
	X(PFNEGLDESTROYSURFACEPROC, DestroySurface)                                                \
	X(PFNEGLGETCONFIGATTRIBPROC, GetConfigAttrib)                                              \
	X(PFNEGLGETCURRENTCONTEXTPROC, GetCurrentContext)                                          \
	X(PFNEGLGETCURRENTDISPLAYPROC, GetCurrentDisplay)                                          \
	X(PFNEGLGETCURRENTSURFACEPROC, GetCurrentSurface)                                          \
	X(PFNEGLGETDISPLAYPROC, GetDisplay)                                                        \
	X(PFNEGLGETERRORPROC, GetError)                                                            \
	X(PFNEGLINITIALIZEPROC, Initialize)                                                        \
	X(PFNEGLMAKECURRENTPROC, MakeCurrent)                                                      \
	X(PFNEGLQUERYAPIPROC, QueryAPI)                                                            \
	X(PFNEGLQUERYSTRINGPROC, QueryString)                                                      \
	X(PFNEGLQUERYSURFACEPROC, QuerySurface)                                                    \
	X(PFNEGLSWAPBUFFERSPROC, SwapBuffers)                                                      \
	X(PFNEGLTERMINATEPROC, Terminate)

/* EGL extensions: NULL where the resolver has none; call only behind the extension's flag in struct
 * egl. */
#define GL_API_EGL_OPTIONAL(X)                                                                     \
	X(PFNEGLBINDWAYLANDDISPLAYWLPROC, BindWaylandDisplayWL)                                    \
	X(PFNEGLCREATEIMAGEKHRPROC, CreateImageKHR)                                                \
	X(PFNEGLCREATEPBUFFERSURFACEPROC, CreatePbufferSurface)                                    \
	X(PFNEGLCREATEPLATFORMWINDOWSURFACEEXTPROC, CreatePlatformWindowSurfaceEXT)                \
	X(PFNEGLCREATESYNCKHRPROC, CreateSyncKHR)                                                  \
	X(PFNEGLDESTROYIMAGEKHRPROC, DestroyImageKHR)                                              \
	X(PFNEGLDESTROYSYNCKHRPROC, DestroySyncKHR)                                                \
	X(PFNEGLDUPNATIVEFENCEFDANDROIDPROC, DupNativeFenceFDANDROID)                              \
	X(PFNEGLGETPLATFORMDISPLAYPROC, GetPlatformDisplay)                                        \
	X(PFNEGLGETPLATFORMDISPLAYEXTPROC, GetPlatformDisplayEXT)                                  \
	X(PFNEGLQUERYDEVICESTRINGEXTPROC, QueryDeviceStringEXT)                                    \
	X(PFNEGLQUERYDEVICESEXTPROC, QueryDevicesEXT)                                              \
	X(PFNEGLQUERYDISPLAYATTRIBEXTPROC, QueryDisplayAttribEXT)                                  \
	X(PFNEGLQUERYDMABUFFORMATSEXTPROC, QueryDmaBufFormatsEXT)                                  \
	X(PFNEGLQUERYDMABUFMODIFIERSEXTPROC, QueryDmaBufModifiersEXT)                              \
	X(PFNEGLQUERYWAYLANDBUFFERWLPROC, QueryWaylandBufferWL)                                    \
	X(PFNEGLSETDAMAGEREGIONKHRPROC, SetDamageRegionKHR)                                        \
	X(PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC, SwapBuffersWithDamageEXT)                            \
	X(PFNEGLSWAPBUFFERSWITHDAMAGEKHRPROC, SwapBuffersWithDamageKHR)                            \
	X(PFNEGLUNBINDWAYLANDDISPLAYWLPROC, UnbindWaylandDisplayWL)                                \
	X(PFNEGLWAITSYNCKHRPROC, WaitSyncKHR)

/* OpenGL ES 2.0: always there. */
#define GL_API_GL_REQUIRED(X)                                                                      \
	X(PFNGLACTIVETEXTUREPROC, ActiveTexture)                                                   \
	X(PFNGLATTACHSHADERPROC, AttachShader)                                                     \
	X(PFNGLBINDATTRIBLOCATIONPROC, BindAttribLocation)                                         \
	X(PFNGLBINDBUFFERPROC, BindBuffer)                                                         \
	X(PFNGLBINDFRAMEBUFFERPROC, BindFramebuffer)                                               \
	X(PFNGLBINDRENDERBUFFERPROC, BindRenderbuffer)                                             \
	X(PFNGLBINDTEXTUREPROC, BindTexture)                                                       \
	X(PFNGLBLENDFUNCPROC, BlendFunc)                                                           \
	X(PFNGLBUFFERDATAPROC, BufferData)                                                         \
	X(PFNGLCHECKFRAMEBUFFERSTATUSPROC, CheckFramebufferStatus)                                 \
	X(PFNGLCLEARPROC, Clear)                                                                   \
	X(PFNGLCLEARCOLORPROC, ClearColor)                                                         \
	X(PFNGLCOMPILESHADERPROC, CompileShader)                                                   \
	X(PFNGLCREATEPROGRAMPROC, CreateProgram)                                                   \
	X(PFNGLCREATESHADERPROC, CreateShader)                                                     \
	X(PFNGLDELETEBUFFERSPROC, DeleteBuffers)                                                   \
	X(PFNGLDELETEFRAMEBUFFERSPROC, DeleteFramebuffers)                                         \
	X(PFNGLDELETEPROGRAMPROC, DeleteProgram)                                                   \
	X(PFNGLDELETERENDERBUFFERSPROC, DeleteRenderbuffers)                                       \
	X(PFNGLDELETESHADERPROC, DeleteShader)                                                     \
	X(PFNGLDELETETEXTURESPROC, DeleteTextures)                                                 \
	X(PFNGLDISABLEPROC, Disable)                                                               \
	X(PFNGLDRAWARRAYSPROC, DrawArrays)                                                         \
	X(PFNGLDRAWELEMENTSPROC, DrawElements)                                                     \
	X(PFNGLENABLEPROC, Enable)                                                                 \
	X(PFNGLENABLEVERTEXATTRIBARRAYPROC, EnableVertexAttribArray)                               \
	X(PFNGLFINISHPROC, Finish)                                                                 \
	X(PFNGLFLUSHPROC, Flush)                                                                   \
	X(PFNGLFRAMEBUFFERRENDERBUFFERPROC, FramebufferRenderbuffer)                               \
	X(PFNGLFRAMEBUFFERTEXTURE2DPROC, FramebufferTexture2D)                                     \
	X(PFNGLGENBUFFERSPROC, GenBuffers)                                                         \
	X(PFNGLGENFRAMEBUFFERSPROC, GenFramebuffers)                                               \
	X(PFNGLGENRENDERBUFFERSPROC, GenRenderbuffers)                                             \
	X(PFNGLGENTEXTURESPROC, GenTextures)                                                       \
	X(PFNGLGETERRORPROC, GetError)                                                             \
	X(PFNGLGETINTEGERVPROC, GetIntegerv)                                                       \
	X(PFNGLGETPROGRAMINFOLOGPROC, GetProgramInfoLog)                                           \
	X(PFNGLGETPROGRAMIVPROC, GetProgramiv)                                                     \
	X(PFNGLGETSHADERINFOLOGPROC, GetShaderInfoLog)                                             \
	X(PFNGLGETSHADERIVPROC, GetShaderiv)                                                       \
	X(PFNGLGETSHADERPRECISIONFORMATPROC, GetShaderPrecisionFormat)                             \
	X(PFNGLGETSTRINGPROC, GetString)                                                           \
	X(PFNGLGETUNIFORMLOCATIONPROC, GetUniformLocation)                                         \
	X(PFNGLLINKPROGRAMPROC, LinkProgram)                                                       \
	X(PFNGLPIXELSTOREIPROC, PixelStorei)                                                       \
	X(PFNGLREADPIXELSPROC, ReadPixels)                                                         \
	X(PFNGLRENDERBUFFERSTORAGEPROC, RenderbufferStorage)                                       \
	X(PFNGLSCISSORPROC, Scissor)                                                               \
	X(PFNGLSHADERSOURCEPROC, ShaderSource)                                                     \
	X(PFNGLTEXIMAGE2DPROC, TexImage2D)                                                         \
	X(PFNGLTEXPARAMETERIPROC, TexParameteri)                                                   \
	X(PFNGLTEXSUBIMAGE2DPROC, TexSubImage2D)                                                   \
	X(PFNGLUNIFORM1FPROC, Uniform1f)                                                           \
	X(PFNGLUNIFORM1IPROC, Uniform1i)                                                           \
	X(PFNGLUNIFORM4FVPROC, Uniform4fv)                                                         \
	X(PFNGLUSEPROGRAMPROC, UseProgram)                                                         \
	X(PFNGLVERTEXATTRIBPOINTERPROC, VertexAttribPointer)                                       \
	X(PFNGLVIEWPORTPROC, Viewport)

/* OpenGL ES 3.0 and extensions: NULL where the resolver has none; call only behind a flag of struct
 * gl_caps. */
#define GL_API_GL_OPTIONAL(X)                                                                      \
	X(PFNGLBEGINQUERYEXTPROC, BeginQueryEXT)                                                   \
	X(PFNGLBLITFRAMEBUFFERPROC, BlitFramebuffer)                                               \
	X(PFNGLCLIENTWAITSYNCPROC, ClientWaitSync)                                                 \
	X(PFNGLDELETEQUERIESEXTPROC, DeleteQueriesEXT)                                             \
	X(PFNGLDELETESYNCPROC, DeleteSync)                                                         \
	X(PFNGLENDQUERYEXTPROC, EndQueryEXT)                                                       \
	X(PFNGLFENCESYNCPROC, FenceSync)                                                           \
	X(PFNGLGENQUERIESEXTPROC, GenQueriesEXT)                                                   \
	X(PFNGLGETGRAPHICSRESETSTATUSEXTPROC, GetGraphicsResetStatusEXT)                           \
	X(PFNGLGETGRAPHICSRESETSTATUSKHRPROC, GetGraphicsResetStatusARB)                           \
	X(PFNGLGETGRAPHICSRESETSTATUSKHRPROC, GetGraphicsResetStatusKHR)                           \
	X(PFNGLGETGRAPHICSRESETSTATUSKHRPROC, GetGraphicsResetStatus)                              \
	X(PFNGLGETINTEGER64VEXTPROC, GetInteger64vEXT)                                             \
	X(PFNGLGETPROGRAMBINARYPROC, GetProgramBinary)                                             \
	X(PFNGLGETQUERYIVEXTPROC, GetQueryivEXT)                                                   \
	X(PFNGLGETQUERYOBJECTUI64VEXTPROC, GetQueryObjectui64vEXT)                                 \
	X(PFNGLGETQUERYOBJECTUIVEXTPROC, GetQueryObjectuivEXT)                                     \
	X(PFNGLMAPBUFFERRANGEPROC, MapBufferRange)                                                 \
	X(PFNGLPROGRAMBINARYPROC, ProgramBinary)                                                   \
	X(PFNGLQUERYCOUNTEREXTPROC, QueryCounterEXT)                                               \
	X(PFNGLTEXIMAGE3DPROC, TexImage3D)                                                         \
	X(PFNGLUNMAPBUFFERPROC, UnmapBuffer)                                                       \
	X(PFNGLEGLIMAGETARGETTEXTURE2DOESPROC, EGLImageTargetTexture2DOES)                         \
	X(PFNGLEGLIMAGETARGETRENDERBUFFERSTORAGEOESPROC, EGLImageTargetRenderbufferStorageOES)

struct gl_api {
#define X(type, name) type egl##name;
	GL_API_EGL_REQUIRED(X)
	GL_API_EGL_OPTIONAL(X)
#undef X
#define X(type, name) type gl##name;
	GL_API_GL_REQUIRED(X)
	GL_API_GL_OPTIONAL(X)
#undef X
};

typedef void (*gl_proc)(void);

/** Resolves one entry point by its full name ("eglGetError", "glClear"); NULL when there is none.
 */
typedef gl_proc (*gl_resolver)(const char *name, void *data);

/**
 * Fill every member of @api through @resolve.
 *
 * Returns NULL on success, else the static name of the first required entry point that is missing;
 * @api is then not usable.
 */
const char *gl_api_load(struct gl_api *api, gl_resolver resolve, void *data);

/**
 * The resolver of the real driver: eglGetProcAddress, and where that has no core functions (EGL
 * before 1.5 without EGL_KHR_get_all_proc_addresses) the symbols of libEGL and libGLESv2. @data is
 * not used.
 */
gl_proc gl_api_resolve_driver(const char *name, void *data);

/**
 * 10 * major + minor of an OpenGL ES version string (OpenGL ES 2.0 and later, section on string
 * queries); 0 when it is none. @version may be NULL.
 */
int gl_parse_es_version(const char *version);

/** Whether @name stands as a whole word in the space separated list @extensions (which may be
 * NULL). */
bool gl_extension_in_list(const char *extensions, const char *name);

#endif
