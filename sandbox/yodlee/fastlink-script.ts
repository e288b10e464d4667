/** The script that an application's page loads to open FastLink. */

/** Runs in the browser; opens the page in a frame and hands on what the page says. */
export const fastLinkScript = `(() => {
  let frame = null
  let listener = null
  const close = () => {
    if (listener !== null) window.removeEventListener('message', listener)
    if (frame !== null) frame.remove()
    frame = listener = null
  }
  const hiddenField = (name, value) => {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = name
    field.value = value
    return field
  }
  const open = (configuration, containerId) => {
    const { fastLinkURL, accessToken, params = {} } = configuration
    const origin = new URL(fastLinkURL, location.href).origin
    const container = document.getElementById(containerId)
    close()
    frame = document.createElement('iframe')
    frame.name = 'fastlink-frame'
    frame.title = 'FastLink'
    frame.style.cssText = 'width:100%;min-height:640px;border:0'
    container.append(frame)
    listener = ({ origin: from, source, data }) => {
      if (from !== origin || frame === null || source !== frame.contentWindow) return
      const { fnToCall, ...told } = data ?? {}
      const calls = {
        onSuccess: configuration.onSuccess,
        errorHandler: configuration.onError,
        onClose: configuration.onClose,
        onEvent: configuration.onEvent,
      }
      if (fnToCall === 'errorHandler') calls.errorHandler?.(data)
      else if (fnToCall in calls) calls[fnToCall]?.(told)
    }
    window.addEventListener('message', listener)
    const form = document.createElement('form')
    form.method = 'post'
    form.action = fastLinkURL
    form.target = frame.name
    form.append(
      hiddenField('accessToken', accessToken),
      hiddenField('extraParams', new URLSearchParams(params).toString()),
    )
    document.body.append(form)
    form.submit()
    form.remove()
  }
  window.fastlink = { open, close }
})()
`
